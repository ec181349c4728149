"""Names of a user's file become C identifiers."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compilers.c.identifiers import Identifiers


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("relu_1", "relu_1"),
        ("/backbone/layer.0/Conv", "backbone_layer_0_Conv"),
        ("3", "x3"),
        ("", "x"),
        ("int", "int_"),
        ("template", "template_"),
        ("network_run", "network_run_"),
        ("uint8_t", "uint8_t_"),
    ],
)
def test_examples(name, identifier):
    assert Identifiers("network").take(name) == identifier


def test_each_is_given_once_whatever_its_case():
    names = Identifiers("network")
    assert [names.take(name) for name in ("out", "Out", "out")] == ["out", "Out_2", "out_3"]


@given(st.lists(st.text(max_size=60), max_size=10))
def test_all_are_identifiers_and_differ(words):
    names = Identifiers("network")
    given_out = [names.take(word) for word in words]
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,45}", word) for word in given_out)
    assert len({word.lower() for word in given_out}) == len(words)


def test_the_names_of_a_part_are_kept_free():
    names = Identifiers("detector")
    assert names.take("detector_run") == "detector_run_"
    assert names.take("network_run") == "network_run_"  # of the structs, which all share
    assert Identifiers("network").take("detector_run") == "detector_run"
