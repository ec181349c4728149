"""Kernels placed in the KPU's 1x1 or 3x3, whose window is centred on each pixel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compilers.kmodel.steps import Image
from compilers.op_parts.window import Window, size_words
from zoo.lowering import NodeView

__all__ = ["PICKS", "PlacedKernel", "place_kernel", "ungrouped"]

PICKS = {1: 0, 2: 5, 4: 7}
"""The pool that picks the first pixel of each window, by stride."""
_SIZE, _CENTRE = 3, 1

_PAD = "pad a kernel of 3x3 by 1 on all sides, of 1x1 by 0"
_PADDING = (
    "pad a kernel of 3x3 by 1 at top and left, as PyTorch's padding=1 does: the KPU strides by "
    "picking pixels of a layer that is padded so. TensorFlow's SAME pads only the other side: pad "
    "by 1 explicitly there, convolve 'valid', and train again"
)


@dataclass(frozen=True)
class PlacedKernel:
    """weight: [K, C, k, k], k = 1 or 3; C = 1 if depthwise.  stride: 1, 2 or 4."""

    weight: NDArray[np.int64]
    stride: int = 1
    is_depthwise: bool = False

    @property
    def pool_type(self) -> int:
        """The pool that makes the stride."""
        return PICKS[self.stride]


def place_kernel(
    view: NodeView, weight: NDArray[np.int64], window: Window, image: Image, group: int
) -> PlacedKernel:
    """Return the kernel as the KPU takes it: smaller ones have weights of 0 around.

    The result is the same integers. Groups other than one or each channel become zeros as well.
    Refuses what needs a window around another pixel, or another output size.
    """
    is_depthwise = group == image[0] == len(weight) and group > 1
    if not is_depthwise and group > 1:
        weight = ungrouped(weight, group)
    stride = window.strides[0]
    if window.strides != (stride, stride) or stride not in PICKS:
        view.refuse(
            f"its strides are {window.strides}; the KPU has 1, 2 and 4 along both axes",
            "use one of them",
        )
    if window.dilations != (1, 1) or max(window.kernel) > _SIZE:
        view.refuse(
            f"its kernel is {size_words(window.kernel, window.dilations)}; the KPU has 1x1 and "
            "3x3 without dilation",
            "use several 3x3 layers instead",
        )
    sizes = window.output_hw(image[1:], f"node '{view.node.name}' ({view.node.op})")
    if sizes != (-(-image[1] // stride), -(-image[2] // stride)):
        view.refuse(
            f"it makes {sizes[0]} x {sizes[1]} pixels of {image[1]} x {image[2]} by a stride of "
            f"{stride} and pads {window.pads}; a layer of the KPU keeps an image's size, divided "
            "by its stride",
            _PAD if stride == 1 else f"{_PAD}: {_PADDING}",
        )
    if window.kernel == (1, 1) and not any(window.pads[:2]):
        return PlacedKernel(weight, stride, is_depthwise)
    before = zip(window.pads[:2], window.kernel, strict=True)
    places = [(_CENTRE - pad, _CENTRE - pad + size) for pad, size in before]
    if any(begin < 0 or end > _SIZE for begin, end in places):
        view.refuse(
            f"its kernel of {window.kernel} with pads {window.pads} (top, left, bottom, right) is "
            "not centred on the pixels that remain",
            _PAD if stride == 1 else _PADDING,
        )
    (top, bottom), (left, right) = places
    larger = np.zeros((*weight.shape[:2], _SIZE, _SIZE), np.int64)
    larger[:, :, top:bottom, left:right] = weight
    return PlacedKernel(larger, stride, is_depthwise)


def ungrouped(weight: NDArray[np.int64], group: int) -> NDArray[np.int64]:
    """Return [K, C, kh, kw] with zeros between groups. weight: [K, C / group, kh, kw]."""
    outputs, inputs, *size = weight.shape
    full = np.zeros((outputs, inputs * group, *size), np.int64)
    each = outputs // group
    for index in range(group):
        rows = slice(index * each, (index + 1) * each)
        full[rows, index * inputs : (index + 1) * inputs] = weight[rows]
    return full
