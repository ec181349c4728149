import math

import pytest

from zoo.parameters import is_integer, is_integers, is_number, is_numbers


@pytest.mark.parametrize("value", [0, -3, 0.5, 1e300])
def test_numbers(value):
    assert is_number(value)
    assert is_numbers([value, 1])


@pytest.mark.parametrize("value", [True, None, "1", math.nan, math.inf, [1]])
def test_not_numbers(value):
    assert not is_number(value)
    assert not is_numbers([1, value])


def test_integers():
    assert is_integer(3)
    assert is_integers([1, 2])
    assert is_integers((1, 2))


@pytest.mark.parametrize("value", [1.0, True, "1", None])
def test_not_integers(value):
    assert not is_integer(value)
    assert not is_integers([1, value])


@pytest.mark.parametrize("value", [[], (), 3, "12", None])
def test_not_lists(value):
    assert not is_numbers(value)
    assert not is_integers(value)
