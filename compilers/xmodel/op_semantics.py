"""Semantics of XIR's ops in quantized files, in numpy. Images are NHWC.

Letters: N batch, H W image, C channels, K output channels, kh kw kernel.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from compilers.xmodel.real_arrays import Array, Reals, join
from compilers.xmodel.xir import XirOp, attributes_of
from zoo.errors import ArtifactError

__all__ = ["MEANINGS", "Inputs"]

Inputs = Mapping[str, list[Reals]]
"""Inputs of an op, by argument."""


def _const(op: XirOp, inputs: Inputs) -> Reals:  # noqa: ARG001
    data = np.frombuffer(_required(op, "data"), "<f4").astype(np.float64)
    return Reals(data.reshape(_required(op, "shape")))


def _fix(op: XirOp, inputs: Inputs) -> Reals:
    fix_point = _required(op, "fix_point")
    levels = inputs["input"][0].round_half_up(fix_point)
    return Reals(np.ldexp(np.clip(levels, -128, 127), -fix_point))


def _conv(op: XirOp, inputs: Inputs) -> Reals:
    """weights: K kh kw C."""
    x, weights = inputs["input"][0], inputs["weights"][0].numerator
    kernel = weights.shape[1:3]
    sums = sum(_mixed(seen, weights[:, i, j]) for (i, j), seen in _taps(op, x.numerator, kernel))
    return _biased(inputs, Reals(np.asarray(sums), x.divisor))


def _mixed(image: Array, weights: Array) -> Array:
    """Return [N, H, W, K] of image [N, H, W, C] and weights [K, C], as one matrix product."""
    mixed = image.reshape(-1, image.shape[-1]) @ weights.T
    return mixed.reshape(*image.shape[:-1], len(weights))


def _depthwise(op: XirOp, inputs: Inputs) -> Reals:
    """weights: 1 kh kw C."""
    x, weights = inputs["input"][0], inputs["weights"][0].numerator
    kernel = weights.shape[1:3]
    sums = sum(seen * weights[0, i, j] for (i, j), seen in _taps(op, x.numerator, kernel))
    return _biased(inputs, Reals(np.asarray(sums), x.divisor))


def _transposed(op: XirOp, inputs: Inputs) -> Reals:
    """Convolve the image spread by zeros; XIR's pad is what the whole kernel's is reduced by."""
    return _conv(*_spread(op, inputs))


def _transposed_depthwise(op: XirOp, inputs: Inputs) -> Reals:
    return _depthwise(*_spread(op, inputs))


def _spread(op: XirOp, inputs: Inputs) -> tuple[XirOp, Inputs]:
    """Return the convolution with stride 1, and the inputs with zeros between the pixels."""
    x, (width, height) = inputs["input"][0], _required(op, "kernel")
    across, down = _required(op, "stride")
    count, rows, columns, channels = x.numerator.shape
    image = np.zeros((count, (rows - 1) * down + 1, (columns - 1) * across + 1, channels))
    image[:, ::down, ::across] = x.numerator
    extents = width, width, height, height
    pads = tuple(e - 1 - pad for e, pad in zip(extents, _required(op, "pad"), strict=True))
    changed = attributes_of({"pad": pads, "stride": (1, 1)})
    spread = {**inputs, "input": [replace(x, numerator=image)]}
    return replace(op, attributes={**op.attributes, **changed}), spread


def _resize(op: XirOp, inputs: Inputs) -> Reals:
    """Repeat pixels, or interpolate at (i + 1/2) / scale - 1/2, clipped to the image."""
    x, mode = inputs["input"][0], _required(op, "mode")
    half, corners = (bool(op.attribute(f"{n}")) for n in ("half_pixel_centers", "align_corners"))
    if (mode, half, corners) not in (("NEAREST", False, False), ("BILINEAR", True, False)):
        raise ArtifactError(
            f"op '{op.name}' (resize): {mode}, half_pixel_centers {half}, align_corners {corners} "
            "has no meaning here; build the file again"
        )
    for axis, factor in zip((2, 1), _required(op, "scale"), strict=True):
        x = _repeated(x, axis, factor) if mode == "NEAREST" else _interpolated(x, axis, factor)
    return x


def _repeated(x: Reals, axis: int, factor: float) -> Reals:
    return replace(x, numerator=x.numerator.repeat(round(factor), axis))


def _interpolated(x: Reals, axis: int, factor: float) -> Reals:
    size = x.numerator.shape[axis]
    places = (np.arange(round(size * factor)) + 0.5) / factor - 0.5
    places = places.clip(0, size - 1)
    below = np.floor(places).astype(int)
    shape = [-1 if index == axis else 1 for index in range(x.numerator.ndim)]
    weight = (places - below).reshape(shape)
    first = x.numerator.take(below, axis)
    second = x.numerator.take(np.minimum(below + 1, size - 1), axis)
    return replace(x, numerator=first * (1 - weight) + second * weight)


def _matmul(op: XirOp, inputs: Inputs) -> Reals:
    """a: N C.  b: C K, or K C with transpose_b."""
    first, second = inputs["input"]
    a = first.numerator.T if op.attribute("transpose_a") else first.numerator
    b = second.numerator.T if op.attribute("transpose_b") else second.numerator
    return _biased(inputs, Reals(a @ b, first.divisor * second.divisor))


def _biased(inputs: Inputs, sums: Reals) -> Reals:
    return sums.plus(inputs["bias"][0]) if "bias" in inputs else sums


def _average_pool(op: XirOp, inputs: Inputs) -> Reals:
    if any(_required(op, "pad")) and not op.attribute("count_include_pad"):
        raise ArtifactError(
            f"op '{op.name}' (avgpool2d): its pads do not count as pixels; only averages over the "
            "same number everywhere can be computed"
        )
    x, kernel = inputs["input"][0], _height_width(op, "kernel")
    sums = sum(seen for _, seen in _taps(op, x.numerator, kernel))
    return Reals(np.asarray(sums), x.divisor * math.prod(kernel))


def _max_pool(op: XirOp, inputs: Inputs) -> Reals:
    x, kernel = inputs["input"][0], _height_width(op, "kernel")
    seen = [tap for _, tap in _taps(op, x.numerator, kernel, pad_with=-np.inf)]
    return Reals(np.maximum.reduce(seen), x.divisor)


def _mean(op: XirOp, inputs: Inputs) -> Reals:
    x, axes = inputs["input"][0], tuple(_required(op, "axis"))
    count = math.prod(x.numerator.shape[axis] for axis in axes)
    sums = x.numerator.sum(axes, keepdims=bool(op.attribute("keep_dims")))
    return Reals(sums, x.divisor * count)


def _add(op: XirOp, inputs: Inputs) -> Reals:  # noqa: ARG001
    first, *others = inputs["input"]
    for other in others:
        first = first.plus(other)
    return first


def _mul(op: XirOp, inputs: Inputs) -> Reals:  # noqa: ARG001
    first, *others = inputs["input"]
    for other in others:
        first = first.times(other)
    return first


def _relu(op: XirOp, inputs: Inputs) -> Reals:  # noqa: ARG001
    return inputs["input"][0].clip(0, math.inf)


def _relu6(op: XirOp, inputs: Inputs) -> Reals:  # noqa: ARG001
    return inputs["input"][0].clip(0, 6)


def _hard_sigmoid(op: XirOp, inputs: Inputs) -> Reals:  # noqa: ARG001
    x = inputs["input"][0].plus(Reals(np.array(3.0))).clip(0, 6)
    return Reals(x.numerator, x.divisor * 6)


def _leaky_relu(op: XirOp, inputs: Inputs) -> Reals:
    x, alpha = inputs["input"][0], _required(op, "alpha")
    return replace(x, numerator=np.where(x.numerator < 0, x.numerator * alpha, x.numerator))


def _concat(op: XirOp, inputs: Inputs) -> Reals:
    return join(inputs["input"], _required(op, "axis"))


def _reshape(op: XirOp, inputs: Inputs) -> Reals:
    """The batch is unchanged; the attribute has 1 or -1 there."""
    x, (_, *sizes) = inputs["input"][0], _required(op, "shape")
    return replace(x, numerator=x.numerator.reshape(len(x.numerator), *sizes))


def _flatten(op: XirOp, inputs: Inputs) -> Reals:
    x = inputs["input"][0]
    shape = x.numerator.shape
    start, end = (op.attribute(name) % len(shape) for name in ("start_axis", "end_axis"))
    middle = math.prod(shape[start : end + 1])
    flat = x.numerator.reshape(*shape[:start], middle, *shape[end + 1 :])
    return replace(x, numerator=flat)


def _transpose(op: XirOp, inputs: Inputs) -> Reals:
    x = inputs["input"][0]
    return replace(x, numerator=x.numerator.transpose(_required(op, "order")))


def _taps(
    op: XirOp, x: Array, kernel: tuple[int, ...], pad_with: float = 0.0
) -> Iterator[tuple[tuple[int, int], Array]]:
    """Yield each kernel position (i, j) with the pixels it sees, [N, Ho, Wo, C]."""
    left, right, top, bottom = _required(op, "pad")
    down, across = _height_width(op, "stride")
    dy, dx = _height_width(op, "dilation", (1, 1))
    borders = ((0, 0), (top, bottom), (left, right), (0, 0))
    padded = np.pad(x, borders, constant_values=pad_with)
    extent = tuple((size - 1) * step + 1 for size, step in zip(kernel, (dy, dx), strict=True))
    height, width = (
        (size - seen) // stride + 1
        for size, seen, stride in zip(padded.shape[1:3], extent, (down, across), strict=True)
    )
    if height < 1 or width < 1:
        raise ValueError(f"a window of {kernel} pixels does not fit into {padded.shape[1:3]}")
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            rows = slice(i * dy, i * dy + down * (height - 1) + 1, down)
            columns = slice(j * dx, j * dx + across * (width - 1) + 1, across)
            yield (i, j), padded[:, rows, columns]


def _height_width(op: XirOp, name: str, default: tuple[int, int] | None = None) -> tuple[int, int]:
    """Return an attribute that XIR writes as (width, height)."""
    width, height = op.attribute(name) or default or _required(op, name)
    return height, width


def _required(op: XirOp, name: str) -> Any:  # noqa: ANN401 (attributes are of any kind)
    value = op.attribute(name)
    if value is None:
        raise ArtifactError(
            f"op '{op.name}' ({op.type}): lacks its attribute '{name}'; build the file again"
        )
    return value


MEANINGS: Mapping[str, Callable[[XirOp, Inputs], Reals]] = {
    "const": _const,
    "fix": _fix,
    "conv2d": _conv,
    "depthwise-conv2d": _depthwise,
    "transposed-conv2d": _transposed,
    "transposed-depthwise-conv2d": _transposed_depthwise,
    "resize": _resize,
    "matmul": _matmul,
    "avgpool2d": _average_pool,
    "maxpool2d": _max_pool,
    "reduction_mean": _mean,
    "add": _add,
    "mul": _mul,
    "relu": _relu,
    "relu6": _relu6,
    "hard-sigmoid": _hard_sigmoid,
    "leaky-relu": _leaky_relu,
    "concat": _concat,
    "reshape": _reshape,
    "flatten": _flatten,
    "transpose": _transpose,
}
"""By op type; 'data' are the network's inputs."""
