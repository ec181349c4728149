"""The c99 target and runtimes of C code name plugins that are there."""

import pytest

from runtimes.boards.c99 import TARGET
from zoo import registry
from zoo.scheme import OWN_INTEGERS


@pytest.mark.parametrize("kind", ["compiler", "executor", "app"])
def test_its_plugins_are_registered(kind):
    assert registry.load(kind, getattr(TARGET, kind)).name == getattr(TARGET, kind)


@pytest.mark.parametrize("name", ["x86", "rpi4"])
def test_boards_with_c_code_take_the_same(name):
    board = registry.load("target", name).with_runtime("c")
    assert registry.load("app", board.app).name == board.app
    assert (board.compiler, board.executor) == (TARGET.compiler, TARGET.executor)
    assert board.schemes == TARGET.schemes
    assert set(board.accepts) == set(TARGET.accepts)
    assert board.refuses == TARGET.refuses


def test_it_takes_every_scheme_with_weights_of_8_bits():
    taken = {*TARGET.schemes.values(), *TARGET.accepts}
    schemes = (registry.load("scheme", name) for name in registry.names("scheme"))
    assert taken == {OWN_INTEGERS, *(s.name for s in schemes if s.weight_bits <= 8)}


def test_what_it_refuses_has_a_reason_and_a_remedy():
    others = {"q6", "q7", "q8", "q9"}
    assert set(TARGET.refuses) == {"none", "fp16", *others}
    for quantization in ("none", "fp16"):
        assert "computes in integers; use ptq or qat" in TARGET.refuses[quantization]
