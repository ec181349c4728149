"""Each integer op in each of its uses, as cases for back ends."""

from collections.abc import Iterator

import numpy as np
from generated_c import side_by_side
from one_node import OneNode, activation, constant

from zoo.graph import Graph, Quantization, Tensor

__all__ = [
    "PAIRS",
    "WIDE_PAIRS",
    "cases_between",
    "every_case",
    "every_family",
    "every_layer",
    "every_op",
]

U8 = Quantization((0.05,), (120,), signed=False)
S8 = Quantization((0.05,), (-3,))
COARSE = Quantization((0.125,), (7,))
HALF_UP = Quantization((0.0625,), (0,), rounding="half_up")
TWO_STAGE = Quantization((0.05,), (120,), signed=False, rounding="two_stage")
HALF_EVEN = Quantization((0.0625,), (0,))
PAIRS = {
    "u8": (U8, U8),
    "s8 to u8": (S8, U8),
    "u8 to s8": (U8, S8),
    "half up": (HALF_UP, HALF_UP),
    "half even": (HALF_EVEN, HALF_EVEN),
    "two stage": (TWO_STAGE, TWO_STAGE),
}
U16 = Quantization((0.05 / 256,), (30_700,), bits=16, signed=False)
S16 = Quantization((0.05 / 256,), (-700,), bits=16)
HALF_UP_16 = Quantization((2.0**-12,), (0,), bits=16, rounding="half_up")
WIDE_PAIRS = {
    "u16": (U16, U16),
    "u8 to u16": (U8, U16),
    "u16 to u8": (U16, U8),
    "s16 to u16": (S16, U16),
    "s8 to s16": (S8, S16),
    "half up 16": (HALF_UP_16, HALF_UP_16),
    "half up 16 to 8": (HALF_UP_16, HALF_UP),
}
"""With activations of 16 bits."""
IMAGE = ("N", 6, 7, 5)
MANY = ("N", 6, 19, 11)
"""More values than a table for bytes has."""
WINDOW = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "group": 1}
CONVOLUTIONS = {
    "plain": ((8, 6, 3, 3), {"pads": (1, 1, 1, 1)}),
    "pointwise": ((70, 6, 1, 1), {"clamp": (0.0, 6.0)}),
    "strided pointwise": ((5, 6, 1, 1), {"strides": (2, 2)}),
    "wide": ((3, 6, 1, 5), {"pads": (0, 2, 0, 2)}),
    "dilated": ((4, 6, 3, 2), {"dilations": (2, 3), "pads": (2, 1, 1, 2), "strides": (2, 1)}),
    "depthwise": ((6, 1, 3, 3), {"pads": (1, 0, 0, 1), "strides": (2, 1), "group": 6}),
    "depthwise 5x2": ((6, 1, 5, 2), {"pads": (2, 2, 2, 2), "group": 6}),
    "grouped": ((4, 3, 3, 3), {"pads": (1, 1, 1, 1), "group": 2}),
    "two filters a channel": ((12, 1, 3, 3), {"pads": (1, 1, 1, 1), "group": 6}),
}
BROADCASTS = {
    "same": (IMAGE, IMAGE),
    "channel": (IMAGE, ("N", 6, 1, 1)),
    "plane": (("N", 1, 7, 5), IMAGE),
    "both": (("N", 6, 1, 5), ("N", 1, 7, 1)),
    "flat": (("N", 70), ("N", 70)),
}
POOLS = {
    "global": {"kernel": (7, 5), "strides": (1, 1), "pads": (0, 0, 0, 0)},
    "windows": {"kernel": (3, 2), "strides": (2, 1), "pads": (1, 0, 1, 1)},
}
RESHAPES = {
    "to flat": (IMAGE, (210,)),
    "from flat": (("N", 210), (6, 7, 5)),
    "pixel to flat": (("N", 6, 1, 1), (6,)),
    "split": (IMAGE, (2, 3, 7, 5)),
    "joined": (IMAGE, (6, 35, 1)),
    "regrouped": (IMAGE, (2, 21, 5)),
}
SLICES = {
    "channels": (IMAGE, {"axes": (1,), "starts": (2,), "ends": (6,), "steps": (2,)}),
    "part": (IMAGE, {"axes": (2, 3), "starts": (1, 2), "ends": (6, 5), "steps": (2, 1)}),
    "flat": (("N", 9), {"axes": (1,), "starts": (3,), "ends": (9,), "steps": (4,)}),
}
MATRICES = {
    "rows": (("N", 6, 7), ("N", 7, 5)),
    "heads": (("N", 3, 6, 7), ("N", 3, 7, 5)),
    "repeated": (("N", 3, 1, 4, 7), ("N", 1, 2, 7, 300)),
}
NEAREST = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
PLACES = ("half_pixel", "asymmetric", "align_corners")
FUNCTIONS = (
    "abs",
    "cos",
    "erf",
    "exp",
    "log",
    "mish",
    "reciprocal",
    "sin",
    "softplus",
    "softsign",
    "sqrt",
)
Cases = Iterator[tuple[str, OneNode]]


def _weights(shape: tuple[int, ...], read: Quantization, bits: int) -> tuple[Tensor, Tensor]:
    """Return random weights with a scale per channel, and a bias."""
    random = np.random.default_rng(5)
    scales = tuple(float(2.0 ** -random.integers(4, 9)) for _ in range(shape[0]))
    zeros = (0,) * shape[0]
    data = random.integers(1 - 2 ** (bits - 1), 2 ** (bits - 1), shape).astype(np.int8)
    bias = random.integers(-500, 500, shape[0]).astype(np.int32)
    weight = Quantization(scales, zeros, bits, axis=0)
    sums = Quantization(tuple(read.scale[0] * s for s in scales), zeros, bits=32, axis=0)
    return (
        Tensor("w", shape, weight.dtype, "", weight, data),
        Tensor("b", bias.shape, "int32", "", sums, bias),
    )


def _quantized_constant(shape: tuple[int, ...], grid: Quantization) -> Tensor:
    values = np.random.default_rng(6).integers(grid.qmin, grid.qmax, shape).astype(grid.dtype)
    return Tensor("constant", shape, grid.dtype, "", grid, values)


def _layers(read: Quantization, stored: Quantization, bits: int = 8) -> Cases:
    for kind, (shape, attributes) in CONVOLUTIONS.items():
        inputs = (activation(IMAGE, read), *_weights(shape, read, bits))
        yield kind, OneNode("conv", inputs, {**WINDOW, **attributes}, stored)
    row = activation(("N", 37), read)
    weight, bias = _weights((9, 37), read, bits)
    yield "dense", OneNode("dense", (row, weight, bias), {}, stored)
    yield "dense without bias", OneNode("dense", (row, weight), {"clamp": (0.0, 6.0)}, stored)


def _element_by_element(read: Quantization, stored: Quantization) -> Cases:
    for op in ("add", "sub", "mul"):
        for kind, (first, second) in BROADCASTS.items():
            inputs = (activation(first, read, "a"), activation(second, COARSE, "b"))
            yield f"{op} {kind}", OneNode(op, inputs, {}, stored)
        inputs = (activation(IMAGE, read), _quantized_constant((1, 6, 1, 1), COARSE))
        yield f"{op} constant", OneNode(op, inputs, {"clamp": (0.0, 2.0)}, stored)
    factors = Quantization((0.1, 0.2, 0.3, 0.4, 0.5, 0.6), (0,) * 6, axis=0)
    inputs = (activation(IMAGE, read), _quantized_constant((6, 1, 1), factors))
    yield "mul by channel", OneNode("mul", inputs, {}, stored)
    yield "requantize", OneNode("requantize", (activation(IMAGE, read),), {}, stored)
    yield "requantize many", OneNode("requantize", (activation(MANY, read),), {}, stored)
    yield "clip", OneNode("clip", (activation(IMAGE, read),), {"low": -1.0, "high": 1.5}, read)


def _tables(read: Quantization, stored: Quantization) -> Cases:
    image = activation(IMAGE, read)
    for op in ("sigmoid", "tanh", "hardswish", *FUNCTIONS):
        yield op, OneNode(op, (image,), {}, stored)
    yield "elu", OneNode("elu", (image,), {"alpha": 1.5, "gamma": 1.0}, stored)
    yield "selu", OneNode("elu", (image,), {"alpha": 1.5, "gamma": 1.25}, stored)
    yield "pow", OneNode("pow", (image,), {"exponent": 1.5}, stored)
    for approximate in ("none", "tanh"):
        yield f"gelu {approximate}", OneNode("gelu", (image,), {"approximate": approximate}, stored)
    yield "leaky_relu", OneNode("leaky_relu", (image,), {"alpha": 0.1}, stored)
    slopes = constant(np.linspace(-0.5, 0.5, 6).reshape(6, 1, 1))
    yield "prelu", OneNode("prelu", (image, slopes), {}, stored)
    row = activation(("N", 4, 3), read)
    slopes = constant(np.linspace(-0.5, 0.5, 4).reshape(4, 1))
    yield "prelu of rows", OneNode("prelu", (row, slopes), {}, stored)
    for axis in (1, 2, 3):
        yield f"softmax {axis}", OneNode("softmax", (image,), {"axis": axis}, stored)
    yield "softmax flat", OneNode("softmax", (activation(("N", 9), read),), {"axis": 1}, stored)


def _pools(read: Quantization, stored: Quantization) -> Cases:
    image = activation(IMAGE, read)
    for kind, window in POOLS.items():
        for counts in (0, 1):
            attributes = {**window, "count_include_pad": counts, "keep_axes": 1}
            yield f"mean {kind} {counts}", OneNode("average_pool", (image,), attributes, stored)
        dilated = {**window, "dilations": (1, 1)}
        yield f"max {kind}", OneNode("max_pool", (image,), dilated, read)
    flat = {**POOLS["global"], "count_include_pad": 0, "keep_axes": 0}
    yield "mean flat", OneNode("average_pool", (image,), flat, stored)


def _moves(read: Quantization, stored: Quantization) -> Cases:
    image = activation(IMAGE, read)
    for kind, (shape, target) in RESHAPES.items():
        yield (
            f"reshape {kind}",
            OneNode("reshape", (activation(shape, read),), {"shape": target}, read),
        )
    for kind, (shape, cuts) in SLICES.items():
        yield f"slice {kind}", OneNode("slice", (activation(shape, read),), cuts, read)
    for order in ((0, 2, 3, 1), (0, 3, 1, 2), (0, 1, 3, 2)):
        yield f"transpose {order}", OneNode("transpose", (image,), {"permutation": order}, read)
    windows, order = activation(("N", 4, 5, 3, 2, 4), read), (0, 3, 1, 4, 2, 5)
    yield "transpose windows", OneNode("transpose", (windows,), {"permutation": order}, read)
    pads = {"before": (0, 1, 0, 2), "after": (0, 0, 3, 1), "value": 0.0}
    yield "pad", OneNode("pad", (image,), pads, read)
    for axis in (1, 2, 3):
        inputs = (activation(IMAGE, read, "a"), activation(IMAGE, stored, "b"))
        yield f"concat {axis}", OneNode("concat", inputs, {"axis": axis}, stored)
    inputs = (activation(MANY, read, "a"), activation(MANY, stored, "b"))
    yield "concat many", OneNode("concat", inputs, {"axis": 1}, stored)
    blocks = activation(("N", 12, 3, 5), read)
    for mode in ("DCR", "CRD"):
        attributes = {"block": 2, "mode": mode}
        yield f"depth to space {mode}", OneNode("depth_to_space", (blocks,), attributes, read)
    pixels = activation(("N", 3, 6, 4), read)
    yield "space to depth", OneNode("space_to_depth", (pixels,), {"block": 2}, read)
    for place in PLACES:
        for nearest in NEAREST:
            attributes = {"size_hw": (9, 3), "mode": "nearest", "nearest_mode": nearest}
            attributes["coordinate_transformation_mode"] = place
            yield f"resize {place} {nearest}", OneNode("resize", (image,), attributes, read)
        for size_hw in ((9, 3), (14, 20)):
            linear = {"size_hw": size_hw, "mode": "linear", "coordinate_transformation_mode": place}
            yield f"resize {place} linear {size_hw[0]}", OneNode("resize", (image,), linear, read)


def _products(read: Quantization, stored: Quantization) -> Cases:
    for kind, (first, second) in MATRICES.items():
        inputs = (activation(first, read, "a"), activation(second, COARSE, "b"))
        yield f"matmul {kind}", OneNode("matmul", inputs, {"clamp": (-9.0, 2.0)}, stored)
    inputs = (_quantized_constant((4, 6), COARSE), activation(("N", 3, 6, 5), read))
    yield "matmul constant", OneNode("matmul", inputs, {}, stored)


_ALL = {**PAIRS, **WIDE_PAIRS}
_FAMILIES = (_layers, _element_by_element, _products, _tables, _pools, _moves)


def every_family(pair: str) -> dict[str, dict[str, OneNode]]:
    """Return the cases by family: layers, products, tables, pools, moves and so on."""
    return {family.__name__.strip("_"): dict(family(*PAIRS[pair])) for family in _FAMILIES}


def every_case(pair: str) -> dict[str, OneNode]:
    """Return all cases that read and store as PAIRS or WIDE_PAIRS say, by name.

    Tables cannot read 16 bits.
    """
    read, stored = _ALL[pair]
    families = (f for f in _FAMILIES if f is not _tables or read.bits == 8)
    return {name: case for family in families for name, case in family(read, stored)}


def cases_between(read: Quantization, stored: Quantization) -> dict[str, OneNode]:
    """Return all cases that read and store integers of these grids, by name."""
    return {name: case for family in _FAMILIES for name, case in family(read, stored)}


def every_layer(pair: str, bits: int) -> Graph:
    """Return one network of all layers with weights of so many bits."""
    return side_by_side(dict(_layers(*_ALL[pair], bits)))


def every_op(pair: str) -> Graph:
    """Return one network of all these cases."""
    return side_by_side(every_case(pair))
