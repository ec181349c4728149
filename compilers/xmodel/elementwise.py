"""Element-wise ops, and rounding at the border."""

import numpy as np

from compilers.op_parts.arguments import real
from compilers.xmodel.rectifier import add_rectified, rectifier
from compilers.xmodel.scope import Scope
from zoo.lowering import NodeView

__all__ = [
    "lower_add",
    "lower_clip",
    "lower_dequantize",
    "lower_hard_sigmoid",
    "lower_leaky_relu",
    "lower_mul",
    "lower_quantize",
    "lower_requantize",
]


def lower_add(scope: Scope, view: NodeView) -> None:
    """Add 'add': the sum of reals is rounded once, like the DPU at the finer fix point."""
    add_rectified(scope, view, "add", {"input": scope.operands(view)})


def lower_mul(scope: Scope, view: NodeView) -> None:
    """Add 'mul': the product of reals is rounded once."""
    add_rectified(scope, view, "mul", {"input": scope.operands(view)})


def lower_clip(scope: Scope, view: NodeView) -> None:
    """Add 'relu' or 'relu6', if it could not be fused.

    Bounds that clip nothing become a second fix, which changes nothing.
    """
    bounds = real(view.node, "low"), real(view.node, "high")
    kind, x = rectifier(view, bounds), scope.read(view.node.inputs[0])
    if kind:
        x = scope.add(scope.name_of(view.output.name), kind, scope.shape(x), {"input": (x,)})
    scope.store(view.output.name, x)


def lower_hard_sigmoid(scope: Scope, view: NodeView) -> None:
    """Add 'hard-sigmoid', relu6(x + 3) / 6, times the DPU's 6 * M / 2**S."""
    output, x = scope.name_of(view.output.name), scope.read(view.node.inputs[0])
    name = scope.new_name(f"{output}.hard-sigmoid")
    gate = scope.add(name, "hard-sigmoid", scope.shape(x), {"input": (x,)})
    factor = np.array([6 * real(view.node, "alpha")])
    coefficient = scope.reals(scope.new_name(f"{output}.coefficient"), factor)
    add_rectified(scope, view, "mul", {"input": (gate, coefficient)})


def lower_leaky_relu(scope: Scope, view: NodeView) -> None:
    """Add 'leaky-relu': its integer table matches the rounding of the fix after it."""
    arguments = {"input": (scope.read(view.node.inputs[0]),)}
    add_rectified(scope, view, "leaky-relu", arguments, {"alpha": real(view.node, "alpha")})


def lower_quantize(scope: Scope, view: NodeView) -> None:
    """Add 'data', named as the graph's input, and its fix."""
    name = view.node.inputs[0]
    if name not in view.graph.inputs:
        view.refuse(
            f"it reads '{name}', which the network computes in floats; an .xmodel for the DPU "
            "holds integers only",
            "quantize the whole network",
        )
    scope.round(view.output.name, scope.input(name))


def lower_requantize(scope: Scope, view: NodeView) -> None:
    """Add a second fix: the value is rounded to the output's fix point."""
    scope.store(view.output.name, scope.read(view.node.inputs[0]))


def lower_dequantize(scope: Scope, view: NodeView) -> None:
    """Add nothing: a fix computes reals, and the scope has named them as the output."""
