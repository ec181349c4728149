"""Normalisations by mean and variance, spelled out as ONNX defines them."""

from collections.abc import Callable, Mapping
from math import prod
from types import MappingProxyType

from compilers.hub.compose.parts import Parts
from compilers.hub.compose.reductions import mean
from zoo.graph import Tensor

__all__ = ["COMPOSITIONS"]

_EPSILON = 1e-5
Sizes = tuple[int, ...]


def _layer_normalization(parts: Parts) -> None:
    """Write scale * (x - mean) / sqrt(variance + epsilon) + bias over the last axes."""
    x, sizes = parts.input(), parts.sizes()
    first = parts.axis(int(parts.attribute("axis", -1)))
    axes = tuple(range(first, len(sizes) + 1))
    result, means, inverse = _normalised(parts, x, sizes, axes)
    result = parts.add("Mul", result, parts.input(1))
    if len(parts.node.inputs) > 2 and parts.node.inputs[2]:
        result = parts.add("Add", result, parts.input(2))
    parts.give(result, means, inverse)


def _rms_normalization(parts: Parts) -> None:
    """Write scale * x / sqrt(mean(x**2) + epsilon) over the last axes."""
    x, sizes = parts.input(), parts.sizes()
    first = parts.axis(int(parts.attribute("axis", -1)))
    inverse = _inverse(parts, x, sizes, tuple(range(first, len(sizes) + 1)))
    parts.give(parts.add("Mul", parts.add("Mul", x, inverse), parts.input(1)))


def _instance_normalization(parts: Parts) -> None:
    """Normalise each channel of each sample."""
    sizes = parts.sizes()
    result, *_ = _normalised(parts, parts.input(), sizes, tuple(range(2, len(sizes) + 1)))
    parts.give(_scaled(parts, result, len(sizes)))


def _group_normalization(parts: Parts) -> None:
    """Normalise groups of channels of each sample (opset 21: per-channel scales)."""
    sizes, groups = parts.sizes(), int(parts.attribute("num_groups", 1))
    rows = groups, prod(sizes) // groups
    result, *_ = _normalised(parts, parts.reshape(parts.input(), rows), rows, (2,))
    parts.give(_scaled(parts, parts.reshape(result, sizes), len(sizes)))


def _local_response(parts: Parts) -> None:
    """Write x / (bias + alpha * mean of x**2 over `size` channels)**beta.

    The means slide over the channels as the height of an image, padded with zeros:
    floor((size - 1) / 2) before, and one more after if the size is even.
    """
    x, sizes, size = parts.input(), parts.sizes(), int(parts.attribute("size", 1))
    alpha, beta, bias = (
        float(parts.attribute(name, default))
        for name, default in (("alpha", 1e-4), ("beta", 0.75), ("bias", 1.0))
    )
    rows = parts.reshape(parts.add("Mul", x, x), (1, sizes[0], prod(sizes[1:])))
    before, after = (size - 1) // 2, size // 2
    means = parts.add(
        "AveragePool",
        rows,
        kernel_shape=(size, 1),
        pads=(before, 0, after, 0),
        count_include_pad=1,
    )
    scaled = parts.add("Mul", parts.reshape(means, sizes), parts.reals(alpha))
    base = parts.add("Add", scaled, parts.reals(bias))
    parts.give(parts.add("Mul", x, parts.add("Pow", base, parts.reals(-beta))))


def _normalised(parts: Parts, x: str, sizes: Sizes, axes: Sizes) -> tuple[str, str, str]:
    """Add (x - mean) / sqrt(variance + epsilon); return it, the mean and the inverse deviation."""
    means = mean(parts, x, sizes, axes)
    centred = parts.add("Sub", x, means)
    inverse = _inverse(parts, centred, sizes, axes)
    return parts.add("Mul", centred, inverse), means, inverse


def _inverse(parts: Parts, x: str, sizes: Sizes, axes: Sizes) -> str:
    """Add 1 / sqrt(mean(x**2) + epsilon)."""
    squares = mean(parts, parts.add("Mul", x, x), sizes, axes)
    epsilon = parts.reals(float(parts.attribute("epsilon", _EPSILON)))
    return parts.add("Pow", parts.add("Add", squares, epsilon), parts.reals(-0.5))


def _scaled(parts: Parts, value: str, rank: int) -> str:
    """Multiply by a per-channel scale and add a per-channel bias."""
    scale, bias = (parts.known(_by_channel(parts, index, rank)) for index in (1, 2))
    return parts.add("Add", parts.add("Mul", value, scale), bias)


def _by_channel(parts: Parts, index: int, rank: int) -> Tensor:
    """Return an input [C] as [C, 1, ..], which broadcasts to samples of this rank."""
    tensor = parts.tensor(index)
    if tensor.data is None or len(tensor.shape) != 1:
        raise parts.refusal(
            f"it reads '{tensor.name}' {tensor.shape} as a number for each channel",
            "only constants [C] are supported: export with the trained weights inside",
        )
    data = tensor.data.reshape(-1, *(1,) * (rank - 1))
    return Tensor(tensor.name, data.shape, tensor.dtype, "", tensor.quantization, data)


COMPOSITIONS: Mapping[str, Callable[[Parts], None]] = MappingProxyType(
    {
        "GroupNormalization": _group_normalization,
        "InstanceNormalization": _instance_normalization,
        "LRN": _local_response,
        "LayerNormalization": _layer_normalization,
        "RMSNormalization": _rms_normalization,
    }
)
