"""--cpu-tail: a runtime of its own."""

import pytest

from zoo.build.targets import find_target
from zoo.cli.options import chosen_runtime
from zoo.errors import UnknownNameError, UsageError


def test_it_is_a_runtime_of_the_board():
    assert chosen_runtime("", cpu_tail=True) == "cpu-tail"
    assert chosen_runtime("ort", cpu_tail=False) == "ort"
    board = find_target("kv260", chosen_runtime("", cpu_tail=True))
    assert (board.name, board.cpu_tail) == ("kv260-cpu-tail", True)
    assert find_target("kv260:cpu-tail") == board
    assert not find_target("kv260").cpu_tail


def test_a_board_without_it_is_told():
    with pytest.raises(UnknownNameError, match="unknown runtime of x86 'cpu-tail'"):
        find_target("x86", chosen_runtime("", cpu_tail=True))


def test_another_runtime_beside_it_is_refused():
    with pytest.raises(UsageError, match="--cpu-tail is a runtime of its own; leave out"):
        chosen_runtime("ort", cpu_tail=True)
