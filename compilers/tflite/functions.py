"""Functions of one tensor: in integers where TFLite's kernel takes the scales, else in reals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from compilers.tflite.scope import Scope
from zoo.graph import Node, Quantization

__all__ = ["Function", "add_function", "have_near_scales", "is_stored_as"]

_RATIO_MAX = 100
"""Of input and output scale, either way; TFLite's kernels go up to 128."""


@dataclass(frozen=True)
class Function:
    """An op of the file. further: inputs behind the first one.

    options, settings: as in TfliteOp.
    """

    code: str
    options: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)
    further: Sequence[int] = ()


def add_function(scope: Scope, node: Node, *functions: Function, in_integers: bool) -> None:
    """Add ops of the node's first input, one behind the other.

    in_integers: whether the only op's integer kernel takes the node's scales and is exact to one
    step; an integer graph else has them between DEQUANTIZE and QUANTIZE, rounded once as the
    reference's table is.
    """
    x, output = scope.read(node.inputs[0]), scope.output(node.output)
    if scope.tensor(x).grid is None or in_integers:
        _add(scope, node, functions, x, output)
        return
    real = scope.value(f"{node.output}.argument", scope.tensor(x).shape, None)
    scope.add("DEQUANTIZE", [x], real, "DequantizeOptions")
    result = scope.value(f"{node.output}.real", scope.tensor(output).shape, None)
    _add(scope, node, functions, real, result)
    scope.add("QUANTIZE", [result], output, "QuantizeOptions")


def is_stored_as(scope: Scope, node: Node, scale: float, zero_point: int) -> bool:
    """Tell whether the output has these steps, zero_point as in int8."""
    grid = _grid(scope, node.output)
    offset = 0 if grid is None or grid.signed else 128
    return grid is not None and (grid.scale, grid.zero_point) == ((scale,), (zero_point + offset,))


def have_near_scales(scope: Scope, node: Node) -> bool:
    """Tell whether first input and output are integers of not too different steps."""
    source, stored = _grid(scope, node.inputs[0]), _grid(scope, node.output)
    if source is None or stored is None:
        return False
    ratio = source.scale[0] / stored.scale[0]
    return 1 / _RATIO_MAX <= ratio <= _RATIO_MAX


def _grid(scope: Scope, name: str) -> Quantization | None:
    return scope.graph.tensors[name].quantization


def _add(scope: Scope, node: Node, functions: Sequence[Function], x: int, output: int) -> None:
    for place, function in enumerate(functions, start=1):
        is_last = place == len(functions)
        shape = scope.tensor(output).shape
        result = output if is_last else scope.value(f"{node.output}.{place}", shape, None)
        inputs = [x, *function.further]
        x = scope.add(function.code, inputs, result, function.options, function.settings)
