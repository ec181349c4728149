"""The K210 target names plugins that are there, and takes the KPU's scheme alone."""

import pytest

from runtimes.boards.k210 import TARGET
from zoo import registry
from zoo.scheme import OWN_INTEGERS


@pytest.mark.parametrize("kind", ["compiler", "executor", "app"])
def test_its_plugins_are_registered(kind):
    assert registry.load(kind, getattr(TARGET, kind)).name == getattr(TARGET, kind)


@pytest.mark.parametrize("kind", ["compiler", "executor", "app"])
def test_plugins_of_its_c_are_registered(kind):
    board = TARGET.with_runtime("c")
    assert registry.load(kind, getattr(board, kind)).name == getattr(board, kind)
    assert board.packages == ("tar.gz",)


def test_it_is_flashed():
    assert TARGET.packages == ("tar.gz", "kfpkg")
    assert registry.load("package", "kfpkg").name == "kfpkg"


def test_it_takes_the_scheme_of_its_kpu():
    assert {*TARGET.schemes.values(), *TARGET.accepts} == {"kpu-u8", OWN_INTEGERS}


def test_every_other_scheme_is_refused_with_a_remedy():
    others = {name for name in registry.names("scheme") if name != "kpu-u8"}
    integers = {name for name in others if registry.load("scheme", name).activation_bits == 8}
    assert {"none", "fp16", *integers} <= TARGET.refuses.keys()
    for why in TARGET.refuses.values():
        assert why.endswith(("; use ptq or qat", "; use kpu-u8"))


def test_the_limits_of_its_registers():
    # Ten bits each, less one; nine bits for a height, the memory's layout for the least.
    assert TARGET.facts["channels_max"] == 1 << 10
    assert (TARGET.facts["width_min"], TARGET.facts["width_max"]) == (4, 512)
    assert (TARGET.facts["height_min"], TARGET.facts["height_max"]) == (4, 256)
    assert TARGET.facts["kpu_ram_bytes"] == 32768 * 64


def test_a_variant_writes_the_older_file():
    assert TARGET.variant("kmodel3").facts == {**TARGET.facts, "kmodel_version": 3}
