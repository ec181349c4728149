"""Boards by what a user calls them."""

import pytest

from zoo.build.targets import find_target, find_targets
from zoo.errors import UnknownNameError, UsageError


def test_a_runtime_can_be_named_once_or_twice_alike():
    board = find_target("x86", "c")
    assert find_target("x86:c") == find_target("x86:c", "c") == board
    assert find_target("x86", "ort") == find_target("x86:ort") == find_target("x86")


TWO = [("x86:c", "ort"), ("x86:ort", "c"), ("x86:c", "auto"), ("x86:auto", "c")]


@pytest.mark.parametrize(("word", "runtime"), TWO)
def test_two_runtimes_are_refused_with_the_words_for_one(word, runtime):
    told = f"^--target {word} has a .* --runtime {runtime} is another: give --target x86 --runtime"
    with pytest.raises(UsageError, match=f"{told} {runtime}$"):
        find_targets(word, runtime)


def test_where_nothing_is_built_a_runtime_is_named():
    told = "^--target x86:auto: only a build chooses the runtime; give x86:ort or x86:c or x86:open"
    with pytest.raises(UsageError, match=told):
        find_target("x86:auto")
    with pytest.raises(UsageError, match=r"only a build chooses the runtime; give c99$"):
        find_target("c99:auto")


def test_an_unknown_runtime_is_told_with_the_name_of_the_boards_own():
    told = r"did you mean openvino\? \(without --runtime: a build chooses\)$"
    for word in ("x86", "x86:c"):
        with pytest.raises(UnknownNameError, match=told):
            find_target(word, "openvin")
