"""Layers of many shapes and scales, for kernels that compute several channels or pixels at once."""

from collections.abc import Iterator
from itertools import product

import numpy as np
from generated_c import side_by_side
from one_node import OneNode, activation

from zoo.graph import Graph, Quantization, Tensor

__all__ = ["SCALES", "layers"]

# Powers of two with ties up are shifts; other scales are rounded in floats, by the high words of
# products, or in 64 bits, depending on how large sums can be and on ties.
SCALES = {
    "floats, u8": (Quantization((0.05,), (120,), signed=False), 0.0313),
    "floats, s8": (Quantization((0.05,), (-3,)), 0.0291),
    "shifts, s8": (Quantization((0.0625,), (0,), rounding="half_up"), None),
    "ties to even, u8": (Quantization((0.0625,), (9,), signed=False), None),
}
_WINDOW = {"strides": (1, 1), "pads": (1, 1, 1, 1), "dilations": (1, 1), "group": 1}
_IMAGES = ((9, 17), (5, 8), (3, 3))
_DEPTHWISE = (1, 4, 6, 8, 16, 24, 32, 64, 65, 100, 128)
_PADDED = (8, 16, 32, 48)
_PADS = ((0, 0, 0, 0), (2, 2, 2, 2), (0, 5, 1, 0))
_STRIDES = ((1, 1), (2, 2), (1, 3), (2, 1))
_CHANNELS = ((1, 1), (3, 16), (3, 17), (4, 32), (5, 33), (19, 70), (40, 48))
_KERNELS = ((3, 3), (1, 1), (5, 2), (2, 7))
_DENSE = ((36, 5), (37, 16), (600, 20), (2600, 70))


def layers(read: Quantization, scale: float | None) -> Graph:
    """Return one network of all shapes. scale: of the weights, None for powers of two."""
    return side_by_side(dict(_layers(read, scale)))


def _layers(read: Quantization, scale: float | None) -> Iterator[tuple[str, OneNode]]:
    for index, channels in enumerate(_DEPTHWISE):
        height, width = _IMAGES[index % len(_IMAGES)]
        for strides in _STRIDES:
            window = {**_WINDOW, "strides": strides, "group": channels}
            inputs = _inputs((channels, height, width), (channels, 1, 3, 3), read, scale)
            yield f"depthwise {channels} by {strides}", OneNode("conv", inputs, window, read)
    for channels in _PADDED:
        for pads, strides in product(_PADS, _STRIDES[:2]):
            window = {**_WINDOW, "strides": strides, "pads": pads, "group": channels}
            inputs = _inputs((channels, 6, 10), (channels, 1, 3, 3), read, scale)
            yield (
                f"depthwise {channels} by {strides}, {pads}",
                OneNode("conv", inputs, window, read),
            )
    for index, (taken, given) in enumerate(_CHANNELS):
        height, width = _IMAGES[index % 2]
        for kernel, strides in zip(_KERNELS, _STRIDES, strict=True):
            shape, window = (given, taken, *kernel), {**_WINDOW, "strides": strides}
            inputs = _inputs((taken, height, width), shape, read, scale)
            yield f"conv {shape} by {strides}", OneNode("conv", inputs, window, read)
    for taken, given in _DENSE:
        inputs = _inputs((taken,), (given, taken), read, scale)
        yield f"dense {taken} to {given}", OneNode("dense", inputs, {}, read)


def _inputs(
    image: tuple[int, ...], shape: tuple[int, ...], read: Quantization, scale: float | None
) -> tuple[Tensor, ...]:
    """Return an activation, weights with a scale per channel, and a bias."""
    random = np.random.default_rng(sum(shape))
    exponents = random.integers(3, 9, shape[0])
    mantissas = [scale * (1 + random.random()) if scale else 1.0 for _ in exponents]
    scales = tuple(
        float(np.float32(m * 2.0**-e)) for m, e in zip(mantissas, exponents, strict=True)
    )
    weight = Quantization(scales, (0,) * shape[0], axis=0)
    data = random.integers(-128, 128, shape).astype(np.int8)
    bias_scales = tuple(read.scale[0] * each for each in scales)
    bias = Quantization(bias_scales, (0,) * shape[0], bits=32, axis=0)
    values = random.integers(-9000, 9000, shape[0]).astype(np.int32)
    return (
        activation(("N", *image), read),
        Tensor("w", shape, "int8", "", weight, data),
        Tensor("b", values.shape, "int32", "", bias, values),
    )
