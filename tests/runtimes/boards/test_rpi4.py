"""The Raspberry Pi's target names plugins that are there, for all of its runtimes."""

import pytest

from runtimes.boards.rpi4 import TARGET
from zoo import registry
from zoo.scheme import FLOAT_SCHEMES, OWN_INTEGERS

ALL = (TARGET, TARGET.with_runtime("ort"), TARGET.with_runtime("c"))


@pytest.mark.parametrize("target", ALL, ids=lambda target: target.name)
@pytest.mark.parametrize("kind", ["compiler", "executor", "app"])
def test_its_plugins_are_registered(target, kind):
    assert registry.load(kind, getattr(target, kind)).name == getattr(target, kind)


@pytest.mark.parametrize("target", ALL, ids=lambda target: target.name)
def test_its_app_makes_debian_packages(target):
    assert target.package == "deb"
    assert "deb" in registry.load("app", target.app).packages


def test_its_schemes_are_registered():
    named = {*TARGET.schemes.values(), *TARGET.accepts, *TARGET.refuses}
    assert named - {*FLOAT_SCHEMES, OWN_INTEGERS} <= set(registry.names("scheme"))
    assert set(TARGET.schemes) == {"none", "fp16", "ptq", "qat", "qdq"}


def test_what_it_refuses_has_a_reason_and_a_remedy():
    assert "dpu-pow2" not in TARGET.refuses
    for why in ALL[1].refuses.values():
        assert "use w8a8-asym" in why
