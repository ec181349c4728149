"""How a detector's box becomes a region: what is allowed."""

from datetime import date
from math import inf, nan

import pytest

from zoo.errors import RecipeError
from zoo.region_rule import RegionRule


def test_whole_numbers_become_floats():
    assert repr(RegionRule(width=[2, -1]).width) == "(2.0, -1.0)"


@pytest.mark.parametrize("name", ["width", "height", "shift"])
@pytest.mark.parametrize(
    "value",
    [
        [nan, 1],
        [inf, 1],
        [1, -inf],
        [1e308, 1],
        [10**400, 1],
        [1, -101],
        [True, 1],
        ["1", 1],
        [[1], 1],
        [1],
        [1, 2, 3],
        {"a": 1, "b": 2},
        "12",
        3,
        date(2026, 1, 1),
        None,
    ],
)
def test_other_values_are_refused(name, value):
    with pytest.raises(RecipeError, match=f"regions: {name} = .*two numbers from -100 to 100"):
        RegionRule(**{name: value})


@pytest.mark.parametrize("pair", [(0, 0), (-1, -1), (0, -0.5)])
def test_a_side_that_no_box_gives_is_refused(pair):
    assert RegionRule(shift=pair).shift == pair
    for name in ("width", "height"):
        with pytest.raises(RecipeError, match=f"regions: {name} = .*give a factor above 0"):
            RegionRule(**{name: pair})


@pytest.mark.parametrize("passes", [0, 3, 1.0, 2.0, True, "2", None, [2]])
def test_other_passes_are_refused(passes):
    with pytest.raises(RecipeError, match=r"regions: passes = .*; give 1 or 2"):
        RegionRule(passes=passes)
