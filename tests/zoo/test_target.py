"""A board in its variants, and with other runtimes."""

from dataclasses import asdict, replace
from types import MappingProxyType

import pytest

from zoo import registry
from zoo.errors import UnknownNameError
from zoo.target import Runtime, Target

BOARD = Target(
    "board",
    "",
    "compiler",
    "executor",
    "app",
    {"none": "float32"},
    accepts=("dpu-pow2", "w8a8-sym"),
    refuses={"fp16": "it has none"},
    facts={"clock_hz": 100, "cores": 1},
    variants={"fast": {"clock_hz": 200}},
    runtimes={"other": Runtime("The Other", "c", "e", "a", refuses={"dpu-pow2": "rounds up"})},
)


def test_any_mapping_can_be_part_of_a_key():
    other = Runtime("The Other", "c", "e", "a", refuses=MappingProxyType({}))
    own = replace(BOARD, facts=MappingProxyType({"cores": 1}), runtimes={"other": other})
    assert asdict(own)["facts"] == {"cores": 1}


@pytest.mark.parametrize("name", registry.names("target"))
def test_every_board_can_be_part_of_a_key(name):
    assert asdict(registry.load("target", name))["name"] == name


def test_a_variant_changes_facts_and_name():
    fast = BOARD.variant("fast")
    assert fast.name == "board-fast"
    assert fast.facts == {"clock_hz": 200, "cores": 1}


def test_a_variant_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(UnknownNameError, match="unknown variant of board 'slow'; known: fast"):
        BOARD.variant("slow")


def test_another_runtime_changes_plugins_and_name():
    other = BOARD.variant("fast").with_runtime("other")
    assert other.name == "board-fast-other"
    assert (other.compiler, other.executor, other.app) == ("c", "e", "a")
    assert other.facts == {"clock_hz": 200, "cores": 1, "runtime": "The Other"}
    assert other.refuses == {"fp16": "it has none", "dpu-pow2": "rounds up"}
    assert other.accepts == ("w8a8-sym",)
    assert other.schemes == BOARD.schemes


def test_a_runtime_can_accept_what_the_board_refuses_and_refuse_a_quantization():
    own = Runtime("Own", "c", "e", "a", accepts=("q8", "w8a8-sym"), refuses={"none": "integers"})
    board = replace(BOARD, refuses={"fp16": "it has none", "q8": "no"}, runtimes={"own": own})
    found = board.with_runtime("own")
    assert found.accepts == ("dpu-pow2", "w8a8-sym", "q8")
    assert found.refuses == {"fp16": "it has none", "none": "integers"}
    assert found.schemes == {}


def test_the_boards_own_runtime_is_the_board():
    board = replace(BOARD, own_runtime="own")
    assert board.runtime_names == ("own", "other")
    assert board.with_runtime("own") == board
    with pytest.raises(UnknownNameError, match="unknown runtime of board-other 'own'"):
        board.with_runtime("other").with_runtime("own")


@pytest.mark.parametrize("name", registry.names("target"))
def test_a_boards_fastest_runtimes_are_its_own_and_others(name):
    board = registry.load("target", name)
    assert set(board.fastest_first) <= set(board.runtime_names)


def test_a_runtime_that_is_not_there_is_told_with_those_that_are():
    message = r"^unknown runtime of board 'othr'; did you mean other\? \(without --runtime: own\)$"
    with pytest.raises(UnknownNameError, match=message):
        replace(BOARD, own_runtime="own").with_runtime("othr")
