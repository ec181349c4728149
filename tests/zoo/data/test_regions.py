from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.data.regions import landmark_box, regions_of
from zoo.region_rule import RegionRule
from zoo.step import is_box

BOXES = st.lists(st.tuples(*[st.floats(-1e3, 1e3)] * 2, *[st.floats(0, 1e3)] * 2), max_size=5)


@given(BOXES)
def test_without_a_rule_a_region_is_the_box(boxes):
    array = np.array(boxes, np.float64).reshape(-1, 4)
    for row, region in regions_of(array, RegionRule()):
        np.testing.assert_allclose(region, array[row], rtol=1e-12, atol=1e-9)


def test_the_rule_scales_and_shifts():
    rule = RegionRule((0.5, 0.25), (0.0, 2.0), (0.1, -0.5), 2)
    ((row, region),) = regions_of(np.array([[10.0, 20.0, 40.0, 80.0]]), rule)
    assert row == 0
    # Width 20 + 20, height 160, centre (30 + 4, 60 - 40).
    assert region == (14.0, -60.0, 40.0, 160.0)


@pytest.mark.parametrize(
    "box", [[0, 0, 0.5, 9], [0, 0, 9, nan], [nan, 0, 9, 9], [2.0**20, 0, 9, 9], [0, 0, 9, -9]]
)
def test_what_no_contract_takes_is_left_out(box):
    assert not is_box(tuple(box))
    rows = [row for row, _ in regions_of(np.array([[1, 1, 9, 9], box]), RegionRule())]
    assert rows == [0]


def test_landmarks_cover_their_pixels():
    assert landmark_box(np.array([[1.0, 5.0], [4.0, 2.0]])) == (1.5, 2.5, 3.0, 3.0)
