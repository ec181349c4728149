"""The target of browsers names plugins that are there."""

import pytest

from runtimes.boards.browser import TARGET
from runtimes.integer_c import C_ACCEPTS, C_REFUSES
from zoo import registry


@pytest.mark.parametrize("kind", ["compiler", "executor", "app", "package"])
def test_its_plugins_are_registered(kind):
    assert registry.load(kind, getattr(TARGET, kind)).name == getattr(TARGET, kind)


def test_it_takes_what_c_code_takes():
    assert (TARGET.accepts, TARGET.refuses) == (C_ACCEPTS, C_REFUSES)
