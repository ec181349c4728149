"""How far another runtime may be from the integer reference."""

from dataclasses import replace
from itertools import pairwise

import pytest

from zoo.artifact import Memory, float_requantization, memory_text
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


def test_memory_in_words():
    alone, other = Memory(1000, 20), Memory(3000, 5)
    assert memory_text([]) == ""
    assert memory_text([alone]) == "1,000 bytes for activations; 20 bytes for constants"
    assert memory_text([alone, other]) == "4,000 bytes for activations; 25 bytes for constants"
    shared = [replace(memory, is_shared=True) for memory in (alone, other)]
    assert memory_text(shared) == (
        "3,000 bytes for activations, the larger of 1,000 and 3,000, because the networks run one "
        "after the other; 25 bytes for constants"
    )
