"""The x86 target names plugins that are there."""

import pytest

from runtimes.boards.x86 import TARGET
from zoo import registry
from zoo.scheme import FLOAT_SCHEMES, OWN_INTEGERS


@pytest.mark.parametrize("kind", ["compiler", "executor", "app"])
def test_its_plugins_are_registered(kind):
    assert registry.load(kind, getattr(TARGET, kind)).name == getattr(TARGET, kind)


def test_its_schemes_are_registered():
    named = {*TARGET.schemes.values(), *TARGET.accepts, *TARGET.refuses}
    assert named - {*FLOAT_SCHEMES, OWN_INTEGERS} <= set(registry.names("scheme"))


def test_what_it_refuses_has_a_reason_and_a_remedy():
    assert "half up" in TARGET.refuses["dpu-pow2"]
    for why in TARGET.refuses.values():
        assert "use w8a8-asym" in why


def test_it_takes_nothing_that_it_refuses():
    assert not {*TARGET.schemes.values(), *TARGET.accepts} & TARGET.refuses.keys()
