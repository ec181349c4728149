"""A board in its variants."""

import pytest

from zoo.errors import UnknownNameError
from zoo.target import Target

BOARD = Target(
    "board",
    "",
    "compiler",
    "executor",
    "app",
    {"none": "float32"},
    facts={"clock_hz": 100, "cores": 1},
    variants={"fast": {"clock_hz": 200}},
)


def test_a_variant_changes_facts_and_name():
    fast = BOARD.variant("fast")
    assert fast.name == "board-fast"
    assert fast.facts == {"clock_hz": 200, "cores": 1}


def test_a_variant_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(UnknownNameError, match="unknown variant of board 'slow'; known: fast"):
        BOARD.variant("slow")
