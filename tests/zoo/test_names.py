import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo import registry
from zoo.contract import Contract, TensorSpec
from zoo.errors import RecipeError
from zoo.names import is_name, proposed_name
from zoo.recipe import GoldenInput, Licence, Recipe

CONTRACT = Contract(TensorSpec("image", (3, 8, 8)), (), ())
REFUSED = ["", "a b", "../a", "a/b", "$(b)", "-a", ".a", "a\n", "a" * 101, "é", "a;b", "a'b", 'a"']


@pytest.mark.parametrize("name", ["pfld_0.25x.300w68+pose", "a", "7", "A-b", "a" * 100])
def test_names(name):
    assert is_name(name)
    assert proposed_name(name) == name


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_is_called_otherwise(name):
    target = registry.load("target", "x86")
    makers = (
        lambda: Recipe(name, "", "", CONTRACT),
        lambda: GoldenInput(name, Path("a.png"), (0, 0, 1, 1)),
        lambda: Licence(name, "MIT", True, Path("a.txt")),
        lambda: dataclasses.replace(target, name=name),
        lambda: dataclasses.replace(target, schemes={name: "float32"}),
    )
    for make in makers:
        with pytest.raises(RecipeError, match="a name has at most 100 letters, digits and"):
            make()


@given(st.text())
def test_whatever_is_proposed_is_a_name(text):
    assert is_name(proposed_name(text))
