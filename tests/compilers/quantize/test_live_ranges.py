"""Values that a function does not distinguish need no integers."""

import numpy as np
import pytest

from compilers.quantize.histogram import measure
from compilers.quantize.live_ranges import live_ranges
from compilers.schemes import W8A8_ASYM
from zoo.graph import Graph, Node, Tensor

WIDE = measure(np.linspace(-40, 20, 4001, dtype=np.float32).reshape(1, -1))


def _read_by(*ops: str, outputs: tuple[str, ...] = ()) -> Graph:
    names = [f"y{index}" for index in range(len(ops))]
    tensors = {name: Tensor(name, ("N", 8)) for name in ("x", *names)}
    nodes = (Node(n, op, ("x",), n) for n, op in zip(names, ops, strict=True))
    return Graph("net", ("x",), (*names, *outputs), tensors, tuple(nodes))


def _live(graph, histogram=WIDE):
    return live_ranges(graph, {"x": histogram}, W8A8_ASYM)["x"]


@pytest.mark.parametrize(
    ("op", "low", "high"),
    [("hardswish", -3, 20), ("sigmoid", -7, 7), ("tanh", -3.5, 3.5), ("exp", 13, 20)],
)
def test_the_range_ends_where_the_function_stays_the_same(op, low, high):
    found = _live(_read_by(op))
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.3)
    assert found.counts.sum() == WIDE.counts.sum()


def test_several_readers_need_the_union():
    found = _live(_read_by("hardswish", "sigmoid"))
    assert (found.low, found.high) == pytest.approx((-7, 20), abs=0.3)


@pytest.mark.parametrize(
    "graph",
    [_read_by("hardswish", "reshape"), _read_by("hardswish", outputs=("x",)), _read_by("abs")],
    ids=["another reader", "an output", "no flat end"],
)
def test_whatever_distinguishes_all_values_gets_them(graph):
    found = _live(graph)
    assert (found.low, found.high) == pytest.approx((WIDE.low, WIDE.high), abs=0.2)


def test_a_constant_tensor_stays():
    constant = measure(np.full((1, 8), -5, np.float32))
    assert _live(_read_by("hardswish"), constant).low == -5
