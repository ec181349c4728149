"""Sliding windows over H and W, for convolutions and pools."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from zoo.errors import HubError, UnsupportedOpError
from zoo.graph import Attribute, Node
from zoo.op import OnnxCall

if TYPE_CHECKING:
    import torch

__all__ = ["Pair", "Window", "size_words", "sizes"]

Pair = tuple[int, int]

_PIXELS_MAX = 2**31 - 1


@dataclass(frozen=True)
class Window:
    """A window in pixels: (height, width) each; pads are (top, left, bottom, right)."""

    kernel: Pair
    strides: Pair = (1, 1)
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)
    dilations: Pair = (1, 1)

    @classmethod
    def from_call(cls, call: OnnxCall, kernel: Pair, input_hw: Sequence[int | str]) -> Self:
        """Read strides, pads, dilations and auto_pad; raises UnsupportedOpError for bad ones."""
        strides = sizes(call, "strides", (1, 1))
        dilations = sizes(call, "dilations", (1, 1))
        return cls(
            kernel,
            strides,
            _pads(call, cls(kernel, strides, (0,) * 4, dilations), input_hw),
            dilations,
        )

    @classmethod
    def from_node(cls, node: Node, kernel: Pair | None = None) -> Self:
        """Read what `attributes` wrote; kernel: if the node's weight determines it."""
        values: dict[str, Any] = {
            name: node.attributes[name]
            for name in ("kernel", "strides", "pads", "dilations")
            if name in node.attributes
        }
        return cls(**(values if kernel is None else {**values, "kernel": kernel}))

    @property
    def attributes(self) -> dict[str, Attribute]:
        """Strides, pads and dilations as node attributes."""
        return {"strides": self.strides, "pads": self.pads, "dilations": self.dilations}

    @property
    def extent(self) -> Pair:
        """Pixels from the first to the last tap, inclusive."""
        kernel, dilations = self.kernel, self.dilations
        return (kernel[0] - 1) * dilations[0] + 1, (kernel[1] - 1) * dilations[1] + 1

    def output_hw(self, input_hw: Sequence[int | str], where: str) -> Pair:
        """Return the output's height and width; raises HubError if the window does not fit."""
        if any(isinstance(size, str) for size in input_hw):
            raise HubError(f"{where}: height and width {tuple(input_hw)} must be fixed")
        top, left, bottom, right = self.pads
        padded = int(input_hw[0]) + top + bottom, int(input_hw[1]) + left + right
        if padded[0] * padded[1] > _PIXELS_MAX:
            raise HubError(
                f"{where}: its padded input has {padded} pixels, more than {_PIXELS_MAX} in all; "
                "check its pads and kernel"
            )
        if any(size < extent for size, extent in zip(padded, self.extent, strict=True)):
            raise HubError(
                f"{where}: a window of {self.extent} pixels does not fit into the padded "
                f"input of {padded}"
            )
        height, width = (
            (size - extent) // stride + 1
            for size, extent, stride in zip(padded, self.extent, self.strides, strict=True)
        )
        return height, width

    def leaves_rest(self, input_hw: Sequence[int | str]) -> bool:
        """Whether pixels remain at the end, too few for another step."""
        top, left, bottom, right = self.pads
        padded = int(input_hw[0]) + top + bottom, int(input_hw[1]) + left + right
        rests = zip(padded, self.extent, self.strides, strict=True)
        return any((size - extent) % stride for size, extent, stride in rests)

    def pad(self, image_nchw: NDArray[Any], value: float = 0) -> NDArray[Any]:
        """Return [N, C, H + top + bottom, W + left + right]."""
        top, left, bottom, right = self.pads
        if not any(self.pads):
            return image_nchw
        borders = ((0, 0), (0, 0), (top, bottom), (left, right))
        return np.pad(image_nchw, borders, constant_values=value)

    def pad_torch(self, image_nchw: "torch.Tensor", value: float = 0) -> "torch.Tensor":
        """Return the result of `pad`."""
        from torch.nn import functional as F

        top, left, bottom, right = self.pads
        if not any(self.pads):
            return image_nchw
        return F.pad(image_nchw, (left, right, top, bottom), value=value)

    def taps(self, padded_nchw: NDArray[Any]) -> Iterator[tuple[Pair, NDArray[Any]]]:
        """Yield each kernel position (i, j) with the pixels it sees, a view [N, C, Ho, Wo]."""
        windows = self.patches(padded_nchw)
        for i in range(self.kernel[0]):
            for j in range(self.kernel[1]):
                yield (i, j), windows[..., i, j]

    def patches(self, padded_nchw: NDArray[Any]) -> NDArray[Any]:
        """Return the pixels that each output sees, a view [N, C, Ho, Wo, kh, kw]."""
        windows = np.lib.stride_tricks.sliding_window_view(padded_nchw, self.extent, axis=(2, 3))
        (down, across), (dy, dx) = self.strides, self.dilations
        return windows[:, :, ::down, ::across, ::dy, ::dx]


def sizes(call: OnnxCall, name: str, default: Pair | None = None) -> Pair:
    """Return an attribute of two positive integers, height first."""
    value = call.attributes.get(name, default)
    if not (isinstance(value, tuple) and len(value) == 2 and all(size >= 1 for size in value)):
        raise UnsupportedOpError(
            f"{call.where}: {call.op_type} has {name} {value}; expected two positive integers "
            "(height, width): only 2-D windows are supported"
        )
    return int(value[0]), int(value[1])


def _pads(
    call: OnnxCall, window: Window, input_hw: Sequence[int | str]
) -> tuple[int, int, int, int]:
    mode = call.attributes.get("auto_pad", "NOTSET")
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        return _same(window, [int(size) for size in input_hw], mode == "SAME_UPPER")
    pads = call.attributes.get("pads", (0, 0, 0, 0)) if mode == "NOTSET" else (0, 0, 0, 0)
    if mode not in ("NOTSET", "VALID") or len(pads) != 4 or any(pad < 0 for pad in pads):
        raise UnsupportedOpError(
            f"{call.where}: {call.op_type} has pads {pads}, auto_pad '{mode}'; expected four "
            "integers >= 0 (top, left, bottom, right): crop with Slice instead"
        )
    top, left, bottom, right = (int(pad) for pad in pads)
    return top, left, bottom, right


def _same(window: Window, input_hw: Sequence[int], upper: bool) -> tuple[int, int, int, int]:
    """Return the pads for an output of ceil(input / stride), with the odd pixel at the end."""
    begin, end = [], []
    for size, extent, stride in zip(input_hw, window.extent, window.strides, strict=True):
        total = max((-(-size // stride) - 1) * stride + extent - size, 0)
        small, large = total // 2, total - total // 2
        begin.append(small if upper else large)
        end.append(large if upper else small)
    return begin[0], begin[1], end[0], end[1]


def size_words(kernel: tuple[int, ...], dilations: tuple[int, ...]) -> str:
    """Return a kernel's size as text, such as '3x3 dilated by 2x2'."""
    size, dilation = ("x".join(map(str, axes)) for axes in (kernel, dilations))
    return size if set(dilations) == {1} else f"{size} dilated by {dilation}"
