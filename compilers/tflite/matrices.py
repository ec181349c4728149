"""Products of matrices that the network computes."""

from compilers.tflite.clamps import add_clamped
from compilers.tflite.even_widths import WIDE
from compilers.tflite.scope import Scope
from zoo.graph import quantization_of
from zoo.lowering import NodeView

__all__ = ["lower_matmul"]

_AXES_MAX = 5
_INT32_MAX = 2**31 - 1
_LARGEST_PRODUCT = 255**2
"""Of two 8-bit values minus their zero points. Sums of 16-bit values have 64 bits."""


def lower_matmul(scope: Scope, view: NodeView) -> None:
    """Add BATCH_MATMUL: its matrices are the last two axes, too, and the others broadcast."""
    rank, depth = len(view.output.shape), int(view.inputs[0].shape[-1])
    if rank > _AXES_MAX:
        view.refuse(
            f"its output has {rank} axes, TFLite's products of matrices have up to {_AXES_MAX}",
            "join axes with a reshape before it",
        )
    if view.output.quantization is not None:
        _require_exact_sums(view, depth)
    settings = {"adjX": False, "adjY": False}
    inputs = scope.operands(view)
    add_clamped(scope, view, "BATCH_MATMUL", inputs, "BatchMatMulOptions", settings, fuses=False)


def _require_exact_sums(view: NodeView, depth: int) -> None:
    if quantization_of(view.output).rounding == "half_up":
        view.refuse(
            "its sums are rounded half up, LiteRT rounds them away from zero",
            "quantize with another scheme, such as w8a8-asym",
        )
    is_wide = quantization_of(view.output).bits == WIDE
    if not is_wide and depth * _LARGEST_PRODUCT > _INT32_MAX:
        view.refuse(
            f"its sums over {depth} products may have more than 32 bits",
            f"at most {_INT32_MAX // _LARGEST_PRODUCT} products fit: split the matrices",
        )
