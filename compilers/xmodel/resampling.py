"""Resize, as AMD's quantizer writes it: AMD's compiler builds these of what the DPU has.

Vitis AI user guide UG1414, "Operators Supported by PyTorch": NEAREST by whole factors, and BILINEAR
with half-pixel centres by 2 and 4, which becomes a pad and a transposed depthwise convolution. Its
weights are multiples of 1 / (2 * factor)**2, so its sums are exact and are rounded once.
"""

import numpy as np

from compilers.op_parts.arguments import integers, text
from compilers.op_table import find_op
from compilers.xmodel.scope import Scope, file_shape
from zoo.graph import Node
from zoo.lowering import NodeView

__all__ = ["lower_resize", "require_factors"]

_BILINEAR = ((2, 2), (4, 4))


def lower_resize(scope: Scope, view: NodeView) -> None:
    """Add 'resize'; refuses factors and centres that the DPU has not."""
    height, width = (int(size) for size in view.inputs[0].shape[1:3])
    require_factors(view, (height, width))
    height_out, width_out = integers(view.node, "size_hw")
    bilinear = not _repeats(view.node, (height, width))
    attributes = {
        "scale": (width_out / width, height_out / height),
        "align_corners": False,
        "half_pixel_centers": bilinear,
        "mode": "BILINEAR" if bilinear else "NEAREST",
    }
    name, shape = scope.name_of(view.output.name), file_shape(view.output.shape)
    arguments = {"input": (scope.read(view.node.inputs[0]),)}
    scope.store(view.output.name, scope.add(name, "resize", shape, arguments, attributes))


def require_factors(view: NodeView, image_hw: tuple[int, int]) -> None:
    """Refuse a resize that AMD's compiler would leave to the CPU."""
    if _repeats(view.node, image_hw):
        return
    size = integers(view.node, "size_hw")
    if text(view.node, "mode") == "nearest":
        view.refuse(
            f"nearest from {_by(image_hw)} to {_by(size)} pixels; the DPU repeats each pixel "
            "equally often",
            "use nn.Upsample(scale_factor=2, mode='nearest'), or another whole factor",
            runs_on="CPU",
        )
    centres = text(view.node, "coordinate_transformation_mode")
    factors = tuple(out / size_in for out, size_in in zip(size, image_hw, strict=True))
    if centres != "half_pixel" or factors not in _BILINEAR:
        view.refuse(
            f"bilinear ({centres}) from {_by(image_hw)} to {_by(size)} pixels; the DPU has it with "
            "half-pixel centres, by 2 and by 4",
            "use nn.Upsample(scale_factor=2, mode='bilinear', align_corners=False), or nearest",
            runs_on="CPU",
        )


def _repeats(node: Node, image_hw: tuple[int, int]) -> bool:
    """Whether each pixel is repeated, a whole number of times along each axis.

    A bilinear resize of a single pixel does that, too.
    """
    factors = [out / size for out, size in zip(integers(node, "size_hw"), image_hw, strict=True)]
    if any(factor != int(factor) for factor in factors):
        return False
    pixels = np.arange(image_hw[0] * image_hw[1]).reshape(1, 1, *image_hw)
    wanted = pixels.repeat(int(factors[0]), 2).repeat(int(factors[1]), 3)
    return np.array_equal(find_op("resize").run_float(node, [pixels]), wanted)


def _by(sizes: tuple[int, ...]) -> str:
    return f"{sizes[0]}x{sizes[1]}"
