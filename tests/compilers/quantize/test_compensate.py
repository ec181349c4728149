"""Roundings that make up for each other: the sums lose less than by rounding to the nearest."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compilers.op_parts.arithmetic import dequantize, quantize
from compilers.ops.conv import OP as CONV
from compilers.quantize.compensate import compensated_weight
from compilers.quantize.rounding import to_integers
from compilers.quantize.weighted import Weighted, weighted_nodes
from compilers.schemes import DPU_POW2, W4A8_ASYM, W8A8_ASYM
from zoo.graph import Graph, Node, Quantization, Tensor

POINT = Quantization((2.0**-6,), (0,))
STEP = {"strides": (1, 1), "pads": (1, 1, 1, 1), "dilations": (1, 1)}


def _layer(random, group: int, channels: int = 6) -> Graph:
    """One convolution of channels that are alike, as those of images are."""
    shape = (6, channels // group, 3, 3)
    tensors = (
        Tensor("x", ("N", channels, 8, 8), layout="NCHW"),
        Tensor("w", shape, data=random.normal(0, 0.3, shape).astype(np.float32)),
        Tensor("b", (6,), data=random.normal(0, 3, 6).astype(np.float32)),
        Tensor("y", ("N", 6, 8, 8), layout="NCHW"),
    )
    node = Node("conv", "conv", ("x", "w", "b"), "y", {**STEP, "group": group})
    return Graph("layer", ("x",), ("y",), {t.name: t for t in tensors}, (node,))


def _images(random, channels: int = 6):
    smooth = random.uniform(0, 1, (32, 1, 8, 8)).cumsum(axis=3) / 8
    return (smooth + random.uniform(0, 0.2, (32, channels, 8, 8))).astype(np.float32)


def _rounded(graph: Graph, scheme, step: float) -> Graph:
    """Return the layer with weights and bias rounded to the nearest."""
    tensors = dict(graph.tensors)
    steps = {"w": (step, scheme.weight_bits, scheme.weight_qmin), "b": (2.0**-3, 8, None)}
    for name, (scale, bits, low) in steps.items():
        grid = Quantization((scale,), (0,), bits)
        data = to_integers(tensors[name].data, grid, scheme.weight_rounding, low)
        tensors[name] = replace(tensors[name], dtype=grid.dtype, quantization=grid, data=data)
    tensors["x"] = replace(tensors["x"], dtype="int8", quantization=POINT)
    return replace(graph, tensors=tensors)


def _compensated(graph: Graph, nearest: Graph, integers, scheme) -> Tensor:
    (rounded,), (wanted,) = weighted_nodes(nearest), weighted_nodes(graph)
    return compensated_weight(rounded, wanted, integers, POINT, scheme)


def _sums(graph: Graph, images, weight: Tensor):
    bias = graph.tensors["b"]
    reals = [
        t.data if t.quantization is None else dequantize(t.data, t.quantization)
        for t in (weight, bias)
    ]
    return CONV.run_float(graph.nodes[0], [images, *map(np.float32, reals)])


def _losses(graph: Graph, scheme, step: float, random) -> tuple[float, float]:
    """Return the mean squared losses of the sums on new images: compensated, and nearest."""
    nearest = _rounded(graph, scheme, step)
    calibration, images = _images(random), _images(random)
    weight = _compensated(graph, nearest, [quantize(calibration, POINT)], scheme)
    wanted = _sums(graph, images, graph.tensors["w"])
    found = (_sums(nearest, images, tensor) for tensor in (weight, nearest.tensors["w"]))
    compensated, plain = (float(np.mean((sums - wanted) ** 2)) for sums in found)
    return compensated, plain


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 6]))
@settings(max_examples=25, deadline=None)
def test_sums_lose_less(seed, group):
    random = np.random.default_rng(seed)
    compensated, plain = _losses(_layer(random, group), DPU_POW2, 2.0**-4, random)
    assert compensated < 0.7 * plain


@pytest.mark.parametrize("scheme", [DPU_POW2, W4A8_ASYM, W8A8_ASYM], ids=lambda s: s.name)
def test_integers_are_the_schemes(scheme):
    random = np.random.default_rng(1)
    graph = _layer(random, 1)
    nearest = _rounded(graph, scheme, 2.0**-4)
    weight = _compensated(graph, nearest, [quantize(_images(random), POINT)], scheme)
    assert (weight.dtype, weight.quantization) == (
        nearest.tensors["w"].dtype,
        nearest.tensors["w"].quantization,
    )
    assert weight.data.min() >= scheme.weight_qmin
    assert weight.data.max() <= weight.quantization.qmax
    assert np.abs(weight.data.astype(int) - nearest.tensors["w"].data).max() > 0


def test_inputs_that_are_never_seen_change_nothing():
    random = np.random.default_rng(2)
    graph = _layer(random, 1)
    nearest = _rounded(graph, DPU_POW2, 2.0**-4)
    silent = [np.zeros((8, 6, 8, 8), np.int8)]
    assert _compensated(graph, nearest, silent, DPU_POW2) == nearest.tensors["w"]


def test_sums_of_too_many_weights_are_left_alone():
    random = np.random.default_rng(3)
    weight = Tensor("w", (2, 3000), data=random.normal(0, 1, (2, 3000)).astype(np.float32))
    bias = Tensor("b", (2,), data=np.zeros(2, np.float32))
    weighted = Weighted(Node("dense", "dense", ("x", "w", "b"), "y"), weight, bias, 0)
    assert compensated_weight(weighted, weighted, [], POINT, W8A8_ASYM) is weight
