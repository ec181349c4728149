"""Transposed convolutions, as convolutions whose channels become pixels.

With stride s, output pixel q * s + r of an axis reads only every s-th tap of the kernel:

    y[q * s + r] = sum over m of x[q + a - m] * w[m * s + b],    r + pad = a * s + b, 0 <= b < s

So each of the s phases r is a convolution of the input, and all are one with s times as many
channels (Shi et al. 2016, "Is the deconvolution layer the same as a convolutional layer?"). It
multiplies no inserted zeros, and its sums are those of the transposed convolution to the bit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.hub.compose.parts import Parts
from zoo.graph import Tensor

__all__ = ["COMPOSITIONS"]


@dataclass(frozen=True)
class _Axis:
    """One axis of the window, and of the image. begin: pad before.  output: size of the output."""

    size: int
    kernel: int
    stride: int
    dilation: int
    begin: int
    output: int

    @property
    def taps(self) -> list[list[tuple[int, int]]]:
        """For each phase: (offset in the input, tap of the kernel)."""
        return [
            [
                (place // self.stride, tap)
                for tap in range(self.kernel)
                if (place := phase + self.begin - tap * self.dilation) % self.stride == 0
            ]
            for phase in range(self.stride)
        ]

    @property
    def offsets(self) -> range:
        """From the first to the last input, seen from its own place, that an output reads."""
        found = [offset for phase in self.taps for offset, _ in phase]
        return range(min(found), max(found) + 1)

    @property
    def steps(self) -> int:
        """Outputs of a phase."""
        return -(-self.output // self.stride)

    @property
    def pads(self) -> tuple[int, int]:
        """Before and after the input, so that a phase has `steps` outputs."""
        return -self.offsets[0], self.steps - self.size + self.offsets[-1]


def _conv_transpose(parts: Parts) -> None:
    sizes, weight = parts.sizes(), parts.tensor(1)
    if weight.data is None or len(sizes) not in (2, 3):
        raise parts.refusal(
            f"it convolves '{parts.tensor().name}' {parts.tensor().shape} with '{weight.name}' "
            f"{weight.shape}",
            "only images and signals, and constant weights are supported",
        )
    _require_plain_grid(parts, weight)
    image = parts.input() if len(sizes) == 3 else parts.reshape(parts.input(), _tall(sizes))
    axes = _axes(parts, sizes[1:], weight.shape[2:])
    blocks = _convolved(parts, image, weight, axes)
    result = _cut(parts, _pixels(parts, blocks, axes, _channels(parts)), axes)
    parts.give(result if len(sizes) == 3 else parts.add("Squeeze", result, parts.integers([2])))


def _require_plain_grid(parts: Parts, weight: Tensor) -> None:
    """Refuse integers that stand for 0 otherwise than as 0, and scales for channels of groups."""
    grid = weight.quantization
    if grid is None:
        return
    is_grouped = int(parts.attribute("group", 1)) > 1
    if any(grid.zero_point) or grid.axis not in (None, 1) or (is_grouped and grid.axis is not None):
        raise parts.refusal(
            f"its weight '{weight.name}' has zero points, or scales along axis {grid.axis}",
            "quantize it symmetrically, with one scale or one for each output channel",
        )


def _tall(sizes: tuple[int, ...]) -> tuple[int, int, int]:
    return sizes[0], 1, sizes[1]


def _four_axes(weight: NDArray[Any]) -> NDArray[Any]:
    return weight if weight.ndim == 4 else weight[:, :, None]


def _axes(parts: Parts, image: tuple[int, ...], kernel: Any) -> tuple[_Axis, _Axis]:  # noqa: ANN401
    """Return height and width; the height of a signal has the size 1."""
    rank = len(image)
    strides, dilations, extra = (
        parts.attribute(name, (default,) * rank)
        for name, default in (("strides", 1), ("dilations", 1), ("output_padding", 0))
    )
    pads = parts.attribute("pads", (0,) * 2 * rank)
    wanted = parts.attribute("output_shape", (None,) * rank)[-rank:]
    mode = parts.attribute("auto_pad", "NOTSET")
    found = []
    for axis in range(rank):
        size, taps = image[axis], int(kernel[axis])
        stride, dilation = int(strides[axis]), int(dilations[axis])
        whole = (size - 1) * stride + (taps - 1) * dilation + 1 + int(extra[axis])
        begin, end = int(pads[axis]), int(pads[axis + rank])
        output = whole - begin - end
        if wanted[axis] is not None or mode in ("SAME_UPPER", "SAME_LOWER"):
            output = size * stride if wanted[axis] is None else int(wanted[axis])
            cut = whole - output
            begin = cut // 2 if mode == "SAME_UPPER" else cut - cut // 2
        elif mode == "VALID":
            begin, output = 0, whole
        found.append(_Axis(size, taps, stride, dilation, begin, output))
    height, width = found if rank == 2 else (_Axis(1, 1, 1, 1, 0, 1), found[0])
    _require_reach(parts, (height, width))
    return height, width


def _require_reach(parts: Parts, axes: tuple[_Axis, _Axis]) -> None:
    """Refuse pads so wide that the output begins, or ends, inside of the convolution."""
    if any(axis.output < 1 or not any(axis.taps) or axis.offsets[0] > 0 for axis in axes):
        raise parts.refusal(
            f"its output would be {axes[0].output} x {axes[1].output} pixels, "
            f"{axes[0].begin} and {axes[1].begin} of them cut off before",
            "pads must be smaller than the kernel: crop with Slice",
        )


def _channels(parts: Parts) -> int:
    return int(parts.tensor(1).shape[1]) * int(parts.attribute("group", 1))


def _convolved(parts: Parts, image: str, weight: Tensor, axes: tuple[_Axis, _Axis]) -> str:
    """Add the convolution, whose channels are (row, column, channel), or by groups the reverse."""
    group, (height, width) = int(parts.attribute("group", 1)), axes
    phases = prod(axis.stride for axis in axes)
    assert weight.data is not None
    data = _phases(_four_axes(weight.data), axes, group)
    grid = weight.quantization
    kernel = Tensor("weight", data.shape, data.dtype.name, quantization=grid, data=data)
    inputs = [image, parts.known(_with_scales(kernel, phases))]
    if len(parts.node.inputs) > 2 and parts.node.inputs[2]:
        inputs.append(parts.known(_bias(parts, phases, group)))
    return parts.add(
        "Conv",
        *inputs,
        group=group,
        pads=tuple(max(0, axis.pads[side]) for side in (0, 1) for axis in (height, width)),
        kernel_shape=tuple(len(axis.offsets) for axis in axes),
    )


def _phases(weight: NDArray[Any], axes: tuple[_Axis, _Axis], group: int) -> NDArray[Any]:
    """Return [phases * K, C / group, kh, kw] of a weight [C, K / group, taps, taps]."""
    height, width = axes
    by_group = weight.reshape(group, -1, *weight.shape[1:]).swapaxes(1, 2)  # g K/g C/g taps taps
    shape = (height.stride, width.stride, *by_group.shape[:3])
    kernels = np.zeros((*shape, len(height.offsets), len(width.offsets)), weight.dtype)
    for row, rows in enumerate(height.taps):
        for column, columns in enumerate(width.taps):
            for down, i in rows:
                for across, j in columns:
                    place = down - height.offsets[0], across - width.offsets[0]
                    kernels[row, column, ..., place[0], place[1]] = by_group[..., i, j]
    if group > 1:
        kernels = np.moveaxis(kernels, (0, 1), (2, 3))
    return kernels.reshape(-1, *kernels.shape[4:])


def _bias(parts: Parts, phases: int, group: int) -> Tensor:
    bias = parts.tensor(2)
    if bias.data is None:
        raise parts.refusal(
            f"its bias '{bias.name}' is computed", "export with the trained bias inside"
        )
    data = np.tile(bias.data, phases) if group == 1 else np.repeat(bias.data, phases)
    return _with_scales(replace(bias, shape=data.shape, data=data), phases)


def _with_scales(tensor: Tensor, phases: int) -> Tensor:
    """Return a constant [phases * K, ...] with its K scales, if it has them, for each phase."""
    grid = tensor.quantization
    if grid is None or len(grid.scale) == 1:
        return tensor
    scale, zero_point = grid.scale * phases, grid.zero_point * phases
    own = replace(grid, scale=scale, zero_point=zero_point, axis=0)
    return replace(tensor, quantization=own)


def _pixels(parts: Parts, blocks: str, axes: tuple[_Axis, _Axis], channels: int) -> str:
    """Add what makes pixels of the phases: a DepthToSpace, or a transpose for each axis."""
    height, width = axes
    by_group = int(parts.attribute("group", 1)) > 1
    if height.stride == width.stride == 1:
        return blocks
    if height.stride == width.stride:
        mode = "CRD" if by_group else "DCR"
        return parts.add("DepthToSpace", blocks, blocksize=height.stride, mode=mode)
    if by_group:
        raise parts.refusal(
            f"it has the strides {height.stride} and {width.stride}, and groups of channels",
            "groups are supported with equal strides",
        )
    rows, columns = channels * _outputs(height), _outputs(width)
    if width.stride > 1:
        split = parts.reshape(blocks, (height.stride, width.stride, rows * columns))
        blocks = parts.add("Transpose", split, perm=(0, 1, 3, 2))
    if height.stride > 1:
        split = parts.reshape(blocks, (height.stride, rows, columns * width.stride))
        blocks = parts.add("Transpose", split, perm=(0, 2, 1, 3))
    sizes = (channels, _outputs(height) * height.stride, columns * width.stride)
    return parts.reshape(blocks, sizes)


def _outputs(axis: _Axis) -> int:
    """Return how many outputs of each phase the convolution gives, with its pads from 0 on."""
    return axis.steps - min(0, axis.pads[1])


def _cut(parts: Parts, image: str, axes: tuple[_Axis, _Axis]) -> str:
    """Add a slice where the phases give more than the output has."""
    sizes = [axis.output for axis in axes]
    found = [_outputs(axis) * axis.stride for axis in axes]
    if found == sizes:
        return image
    bounds = ([0, 0], sizes, [2, 3])
    return parts.add("Slice", image, *(parts.integers(bound) for bound in bounds))


COMPOSITIONS: Mapping[str, Callable[[Parts], None]] = MappingProxyType(
    {"ConvTranspose": _conv_transpose}
)
