"""The KV260 target: its DPU's sizes and versions, and what it refuses."""

import pytest

from runtimes.boards.kv260 import TARGET
from zoo import registry

SIZES = ("b512", "b800", "b1024", "b1152", "b1600", "b2304", "b3136", "b4096")
VERSIONS = ("", "-vai2.5")


def test_its_schemes_are_registered():
    assert set(TARGET.schemes.values()) <= set(registry.names("scheme"))


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("none", "the DPU has no floating point; use ptq or qat"),
        ("fp16", "the DPU has no floating point; use ptq or qat"),
        ("w8a8-sym", "every scale must be a power of two; use dpu-pow2"),
    ],
)
def test_what_it_refuses_has_a_reason_and_a_remedy(word, why):
    assert why in TARGET.refuses[word]


def test_it_refuses_every_scheme_with_float_scales():
    schemes = {name: registry.load("scheme", name) for name in registry.names("scheme")}
    floats = {name for name, scheme in schemes.items() if scheme.scale == "float"}
    assert floats <= TARGET.refuses.keys()


def test_it_is_a_b4096_of_vitis_ai_3():
    assert TARGET.facts == TARGET.variant("b4096").facts == TARGET.variant("vai3").facts
    assert TARGET.facts["fingerprint"] == "0x101000056010407"


def test_every_size_is_there_in_both_versions():
    sizes = {f"{size}{version}" for size in SIZES for version in VERSIONS}
    assert TARGET.variants.keys() == sizes | {"vai2.5", "vai3"}


def test_fingerprints_are_told_apart():
    every = [TARGET.variant(f"{size}{version}").facts for size in SIZES for version in VERSIONS]
    assert len({facts["fingerprint"] for facts in every}) == len(every)


def test_a_fingerprint_ends_with_the_size_whatever_the_version():
    for size in SIZES:
        new, old = (TARGET.variant(f"{size}{version}").facts for version in VERSIONS)
        assert str(old["fingerprint"])[-5:] == str(new["fingerprint"])[-5:]
        assert old["channel_parallel"] == new["channel_parallel"]


def test_a_smaller_dpu_takes_fewer_channels():
    facts = TARGET.variant("b512").facts
    assert (facts["channel_parallel"], facts["channels_max"]) == (8, 2048)
