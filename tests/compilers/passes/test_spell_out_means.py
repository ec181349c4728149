"""Pools with a reciprocal of their own: spelled out for ONNX, and read back."""

import numpy as np
import pytest
from build_graph import build_graph
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import OneNode, activation

from compilers.hub import read, write
from compilers.passes.spell_out_means import fuse_means, spell_out_means
from compilers.quantize.chip_numbers import reciprocal_of
from compilers.quantize.power_of_two import with_fix_points
from compilers.schemes import DPU_POW2
from zoo.graph import Graph, Node, Quantization

GRID = Quantization((1.0,), (0,), rounding="half_up")
POOL = {
    "kernel": (3, 3),
    "strides": (1, 1),
    "pads": (0, 0, 0, 0),
    "count_include_pad": 0,
    "keep_axes": 1,
}


def _graph(*nodes: Node, outputs: tuple[str, ...] = ("y",)) -> Graph:
    constants = {"nine": np.array(9, np.float32), "c": np.array(7 / 64, np.float32)}
    constants |= {"eight": np.array(8, np.float32), "none": np.array(-1, np.float32)}
    return build_graph({"x": ("N", 2, 5, 5)}, nodes, outputs, constants)


def _row(count: str = "nine", factor: str = "c", **pool: object) -> list[Node]:
    return [
        Node("p/count", "mul", ("x", count), "n"),
        Node("p", "average_pool", ("n",), "s", {**POOL, **pool}),
        Node("p/factor", "mul", ("s", factor), "y"),
    ]


def test_three_nodes_are_one_pool(same_outputs):
    before = _graph(*_row())
    after = _graph(Node("p", "average_pool", ("x",), "y", {**POOL, "reciprocal": (7, 6)}))
    assert fuse_means(before) == after
    same_outputs(before, after, 1e-6)
    same_outputs(spell_out_means(after), after, 1e-6)


@pytest.mark.parametrize(
    "nodes",
    [
        _row(count="eight"),
        _row(factor="none"),
        _row(pads=(1, 1, 1, 1)),
        _row(clamp=(0.0, 1.0)),
        [*_row(), Node("also", "clip", ("s",), "z", {"low": 0.0, "high": 1.0})],
        [Node("other", "clip", ("x",), "n", {"low": 0.0, "high": 1.0}), *_row()[1:]],
    ],
    ids=["other count", "negative", "pads left out", "clamped", "read twice", "no count"],
)
def test_what_means_something_else_stays(nodes):
    outputs = tuple(node.output for node in nodes if node.output in ("y", "z"))
    graph = _graph(*nodes, outputs=outputs)
    assert fuse_means(graph) == graph


@given(
    kernel=st.tuples(st.integers(1, 14), st.integers(1, 14)),
    points=st.tuples(st.integers(0, 8), st.integers(-2, 8)),
    attributes=st.fixed_dictionaries(
        {"keep_axes": st.booleans(), "clamp": st.sampled_from([(-np.inf, np.inf), (0.0, 6.0)])}
    ),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_onnx_runtime_means_the_same_to_the_last_bit(kernel, points, attributes, seed):
    read_grid, stored = (with_fix_points(GRID, point) for point in points)
    keep_axes = int(attributes["keep_axes"])
    size = (kernel[0] + 2 * keep_axes, kernel[1])
    case = OneNode(
        "average_pool",
        (activation(("N", 3, *size), read_grid),),
        {
            **POOL,
            "kernel": kernel,
            "keep_axes": keep_axes,
            "reciprocal": reciprocal_of(kernel, DPU_POW2),
            **({} if attributes["clamp"][0] else {"clamp": attributes["clamp"]}),
        },
        stored,
    )
    assert case.difference(seed) == 0
    assert case.comes_back


@pytest.mark.parametrize("kernel", [(3, 3), (5, 5), (6, 6), (7, 7), (9, 9), (14, 14), (16, 16)])
def test_every_sum_rounds_as_the_integers_do(kernel):
    """All sums that 8-bit integers can have, as many images of one window."""
    pixels = kernel[0] * kernel[1]
    sums = np.arange(-128 * pixels, 127 * pixels + 1)
    share, more = np.divmod(sums, pixels)
    images = share[:, None] + (np.arange(pixels) < more[:, None])
    case = OneNode(
        "average_pool",
        (activation(("N", 1, *kernel), with_fix_points(GRID, 5)),),
        {**POOL, "kernel": kernel, "reciprocal": reciprocal_of(kernel, DPU_POW2)},
        with_fix_points(GRID, 7),
    )
    q = images.reshape(-1, 1, *kernel).astype(np.int8)
    multiplier, shift = reciprocal_of(kernel, DPU_POW2)
    wanted = np.clip((2 * 4 * sums * multiplier + 2**shift) >> (shift + 1), -128, 127)
    assert np.array_equal(case.run(q).ravel(), wanted)
    assert np.array_equal(case.run_onnx(q).ravel(), wanted)


def test_a_float_network_keeps_its_pools():
    graph = _graph(Node("p", "average_pool", ("x",), "y", {**POOL, "reciprocal": (7, 6)}))
    assert read(write(graph), "net.onnx") == graph
