"""How far another runtime may be from the integer reference."""

from itertools import pairwise

import pytest

from zoo.artifact import float_requantization
from zoo.graph import Graph, Node, Tensor


def _chain(roundings: int) -> Graph:
    """Return a graph of that many integer nodes in a row, with an unrounded move behind them."""
    names = [f"t{index}" for index in range(roundings + 2)]
    nodes = [
        Node(new, "clip", (old,), new, integer={"multiplier": (1,)})
        for old, new in pairwise(names[:-1])
    ]
    move = Node("move", "reshape", (names[-2],), names[-1])
    tensors = {name: Tensor(name, ("N", 1)) for name in names}
    return Graph("chain", (names[0],), (names[-1],), tensors, (*nodes, move))


@pytest.mark.parametrize(("roundings", "bound"), [(0, 3), (1, 3), (60, 3), (61, 6), (121, 9)])
def test_bound_grows_with_the_roundings_in_a_row(roundings, bound):
    exactness = float_requantization(_chain(roundings))
    assert (exactness.bound, exactness.unit) == (bound, "lsb")
    assert f"each of {roundings} roundings" in exactness.why
