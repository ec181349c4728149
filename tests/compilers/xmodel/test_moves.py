"""Moves that become convolutions by 0 and 1, and resizes: exact, known to XIR, or refused."""

from collections.abc import Callable
from math import inf
from typing import Any

import numpy as np
import pytest
from build_graph import build_graph
from hypothesis import given, settings
from hypothesis import strategies as st
from quantization import quantized, samples
from xir_witness import require_nothing_wrong

from compilers.reference import run_graph
from compilers.schemes import DPU_POW2
from compilers.xmodel.decode import decode
from compilers.xmodel.encode import encode
from compilers.xmodel.executor import XmodelRun
from compilers.xmodel.lower import capabilities, lower
from compilers.xmodel.xir import XirGraph
from zoo.build.targets import find_target
from zoo.graph import Graph, Node

KV260 = find_target("kv260")
CONV = {"strides": (1, 1), "dilations": (1, 1), "group": 1}
Draw = Callable[[st.SearchStrategy[Any]], Any]


def _network(node: Node, channels: int, height: int, width: int, *others: Node) -> Graph:
    """Return conv -> m -> the node, which reads 'm' and computes 'moved' -> others."""
    weight = np.random.default_rng(channels).standard_normal((channels, 3, 3, 3)) / 3
    first = Node("first", "conv", ("x", "w"), "m", {**CONV, "pads": (1, 1, 1, 1)})
    nodes = (first, node, *others)
    constants = {"w": weight.astype(np.float32)}
    return build_graph({"x": ("N", 3, height, width)}, nodes, (nodes[-1].output,), constants)


@st.composite
def _slices(draw: Draw) -> Graph:
    sizes = [draw(st.integers(1, 6)), draw(st.integers(2, 8)), draw(st.integers(2, 8))]
    axes = sorted(draw(st.sets(st.sampled_from((1, 2, 3)), min_size=1)))
    starts, ends, steps = [], [], []
    for axis in axes:
        start = draw(st.integers(0, sizes[axis - 1] - 1))
        starts.append(start)
        ends.append(draw(st.integers(start + 1, sizes[axis - 1])))
        steps.append(draw(st.integers(1, 3)))
    attributes = {"axes": axes, "starts": starts, "ends": ends, "steps": steps}
    node = Node("n", "slice", ("m",), "moved", {k: tuple(v) for k, v in attributes.items()})
    return _network(node, *sizes)


@st.composite
def _pads(draw: Draw) -> Graph:
    widths = [draw(st.integers(0, 3)) for _ in range(4)]
    before, after = (0, 0, *widths[:2]), (0, 0, *widths[2:])
    pad = Node("n", "pad", ("m",), "moved", {"before": before, "after": after, "value": 0.0})
    window = {"kernel": (2, 2), "strides": (1, 1), "pads": (0,) * 4, "dilations": (1, 1)}
    return _network(pad, 3, 5, 4, Node("pool", "max_pool", ("moved",), "y", window))


@st.composite
def _blocks(draw: Draw) -> Graph:
    block, channels = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    if draw(st.booleans()):
        node = Node("n", "space_to_depth", ("m",), "moved", {"block": block})
        return _network(node, channels, 2 * block, 3 * block)
    mode = draw(st.sampled_from(("DCR", "CRD")))
    node = Node("n", "depth_to_space", ("m",), "moved", {"block": block, "mode": mode})
    graph = _network(node, channels * block**2, 4, 3)
    if draw(st.booleans()):
        return graph
    relu = Node("relu", "clip", ("m",), "c", {"low": 0.0, "high": inf})
    nodes = (graph.nodes[0], relu, Node("n", "depth_to_space", ("c",), "moved", node.attributes))
    return build_graph(
        {"x": graph.tensors["x"].shape}, nodes, ("moved",), {"w": graph.tensors["w"].data}
    )


@st.composite
def _shuffles(draw: Draw) -> Graph:
    groups, each = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    split = Node("n", "reshape", ("m",), "split", {"shape": (groups, each, 4, 5)})
    turn = Node("t", "transpose", ("split",), "turned", {"permutation": (0, 2, 1, 3, 4)})
    join = Node("j", "reshape", ("turned",), "y", {"shape": (groups * each, 4, 5)})
    graph = _network(split, groups * each, 4, 5, turn, join)
    pool = Node(
        "pool",
        "max_pool",
        ("y",),
        "z",
        {"kernel": (2, 2), "strides": (1, 1), "pads": (0,) * 4, "dilations": (1, 1)},
    )
    constants = {"w": graph.tensors["w"].data}
    shape = {"x": graph.tensors["x"].shape}
    return build_graph(shape, (*graph.nodes, pool), ("z",), constants)


@st.composite
def _resizes(draw: Draw) -> Graph:
    height, width = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    if draw(st.booleans()):
        factor = draw(st.sampled_from((2, 4)))
        down, across, places = factor, factor, "half_pixel"
        attributes = {"mode": "linear"}
    else:
        down, across = draw(st.integers(1, 4)), draw(st.integers(1, 4))
        places = draw(st.sampled_from(("half_pixel", "asymmetric")))
        floor = {"half_pixel": "round_prefer_floor", "asymmetric": "floor"}[places]
        attributes = {"mode": "nearest", "nearest_mode": floor}
    attributes |= {"coordinate_transformation_mode": places}
    size_hw = (height * down, width * across)
    node = Node("n", "resize", ("m",), "moved", {**attributes, "size_hw": size_hw})
    return _network(node, 3, height, width)


@st.composite
def _groups(draw: Draw) -> Graph:
    group, each, filters = (draw(st.integers(1, 3)) for _ in range(3))
    weight = np.random.default_rng(each).standard_normal((group * filters, each, 2, 2))
    attributes = {**CONV, "group": group, "pads": (1, 0, 0, 1)}
    node = Node("n", "conv", ("x", "w"), "y", attributes)
    inputs = {"x": ("N", group * each, 4, 5)}
    return build_graph(inputs, (node,), ("y",), {"w": weight.astype(np.float32)})


MOVES = _groups() | _slices() | _pads() | _blocks() | _shuffles() | _resizes()


def _check(graph: Graph, **options: object) -> XirGraph:
    integer = quantized(graph, DPU_POW2, **options)
    feeds = next(samples(integer, seed=5))
    file = lower(integer)
    found = XmodelRun(decode(encode(file), "file"), "file")(feeds)
    for name, wanted in run_graph(integer, feeds).items():
        np.testing.assert_array_equal(found[name], wanted)
    return file


@given(MOVES)
@settings(max_examples=100)
def test_every_move_is_exact_and_runs_on_the_dpu(graph):
    _check(graph)
    assert {c.runs_on for c in capabilities(graph, KV260)} == {"DPU"}


@pytest.mark.parametrize("group", [1, 4])
def test_a_transposed_convolution_is_one_op(group):
    """As ConvTranspose2d(4, 4, 3, stride=2, groups=group) is imported, its bias in all phases."""
    random = np.random.default_rng(group)
    mode = "DCR" if group == 1 else "CRD"
    bias = random.standard_normal(4).astype(np.float32)
    weights = {
        "w": random.standard_normal((16, 4 // group, 2, 2)).astype(np.float32),
        "b": np.tile(bias, 4) if group == 1 else np.repeat(bias, 4),
    }
    pads = {**CONV, "group": group, "pads": (1, 0, 0, 1), "clamp": (0.0, inf)}
    conv = Node("c", "conv", ("x", "w", "b"), "s", pads)
    spread = Node("n", "depth_to_space", ("s",), "y", {"block": 2, "mode": mode})
    graph = build_graph({"x": ("N", 4, 5, 6)}, (conv, spread), ("y",), weights)
    file = _check(graph, correct_bias=False)
    kinds = [op.type for op in file.ops if op.type not in ("const", "data", "fix")]
    depthwise = "transposed-depthwise-conv2d"
    assert kinds == ["transposed-conv2d" if group == 1 else depthwise, "relu"]
    assert {c.runs_on for c in capabilities(graph, KV260)} == {"DPU"}
    # Corrected, the phases have different biases: a convolution, and a transposed one by 0 and 1.
    _check(graph, correct_bias=True)


def test_a_pad_before_convolutions_is_theirs():
    pad = Node(
        "p", "pad", ("m",), "q", {"before": (0, 0, 1, 0), "after": (0, 0, 0, 1), "value": 0.0}
    )
    conv = Node("c", "conv", ("q", "v"), "y", {**CONV, "pads": (0, 0, 0, 0)})
    first = _network(pad, 3, 5, 4).nodes[0]
    random = np.random.default_rng(0)
    constants = {
        name: random.standard_normal((3, 3, 3, 3)).astype(np.float32) for name in ("w", "v")
    }
    graph = build_graph({"x": ("N", 3, 5, 4)}, (first, pad, conv), ("y",), constants)
    file = _check(graph)
    pads = [op.attribute("pad") for op in file.ops if op.type == "conv2d"]
    assert pads == [(1, 1, 1, 1), (0, 1, 1, 0)]


def test_xir_knows_every_form(xir_check, tmp_path_factory):
    @given(MOVES)
    @settings(max_examples=25)
    def check(graph):
        require_nothing_wrong(xir_check, lower(quantized(graph, DPU_POW2)), tmp_path_factory)

    check()
