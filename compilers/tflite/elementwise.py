"""Element-wise ops: sums, products, clips, rescaling and type conversion."""

from compilers.op_parts.arguments import real
from compilers.tflite.clamps import add_clamped, add_clip
from compilers.tflite.scope import Scope
from zoo.lowering import NodeView

__all__ = [
    "lower_add",
    "lower_clip",
    "lower_dequantize",
    "lower_mul",
    "lower_quantize",
    "lower_requantize",
    "lower_sub",
]


def lower_add(scope: Scope, view: NodeView) -> None:
    """Add ADD: inputs and output have separate scales; constants broadcast."""
    add_clamped(scope, view, "ADD", scope.operands(view), "AddOptions")


def lower_sub(scope: Scope, view: NodeView) -> None:
    """Add SUB: inputs and output have separate scales; constants broadcast."""
    add_clamped(scope, view, "SUB", scope.operands(view), "SubOptions")


def lower_mul(scope: Scope, view: NodeView) -> None:
    """Add MUL: inputs and output have separate scales; constants broadcast."""
    grid = view.output.quantization
    if grid is not None and grid.rounding == "half_up":
        view.refuse(
            "its products are rounded half up, LiteRT's MUL rounds them half to even",
            "quantize with another scheme, such as w8a8-asym",
        )
    add_clamped(scope, view, "MUL", scope.operands(view), "MulOptions")


def lower_clip(scope: Scope, view: NodeView) -> None:
    """Add RELU, RELU6, RELU_N1_TO_1, or MAXIMUM and MINIMUM, with one quantization."""
    bounds = real(view.node, "low"), real(view.node, "high")
    clamped = NodeView(view.graph, view.node.with_attributes(clamp=bounds))
    x = scope.read(view)
    add_clip(scope, clamped, x, scope.output(view.output.name))


def lower_quantize(scope: Scope, view: NodeView) -> None:
    """Add QUANTIZE: q = round(x / scale) + zero_point, saturated."""
    x = scope.read(view)
    scope.add("QUANTIZE", [x], scope.output(view.output.name), "QuantizeOptions")


def lower_requantize(scope: Scope, view: NodeView) -> None:
    """Add QUANTIZE from integers to integers: the value is rounded to the output's steps."""
    x = scope.read(view)
    add_clamped(scope, view, "QUANTIZE", [x], "QuantizeOptions", fuses=False)


def lower_dequantize(scope: Scope, view: NodeView) -> None:
    """Add DEQUANTIZE: reals are scale * (q - zero_point)."""
    x = scope.read(view)
    scope.add("DEQUANTIZE", [x], scope.output(view.output.name), "DequantizeOptions")
