"""The distance of two sets of pictures."""

import numpy as np
import pytest

from zoo.diagnosis.domain import distance, range_spread_bits
from zoo.diagnosis.tensors import PictureStatistics


def statistics(values):
    """Return statistics of one tensor whose mean is `values` and whose others do not vary."""
    zeros = {"x": np.zeros(len(values))}
    return PictureStatistics({"x": np.asarray(values)}, zeros, zeros, {"x": np.asarray(values)})


def test_the_statistic_is_the_largest_distance_of_both_distributions():
    found = distance(statistics([1.0, 2, 3, 4]), statistics([3.5, 5, 6, 7]))
    assert (found.statistic, found.tensor, found.of) == (0.75, "x", "mean")


def test_the_same_source_stays_below_what_is_chance():
    random = np.random.default_rng(0)
    found = [distance(statistics(random.normal(size=32)), statistics(random.normal(size=40)))
             for _ in range(200)]  # fmt: skip
    assert sum(one.is_significant for one in found) <= 2


def test_another_source_is_found():
    random = np.random.default_rng(0)
    found = distance(statistics(random.normal(size=32)), statistics(random.normal(3, 1, 32)))
    assert found.is_significant
    assert found.beyond == found.tensors == 1


def test_halves_are_every_other_picture():
    assert range_spread_bits(statistics([4.0, 1, 4, 1])) == pytest.approx(2)
    assert range_spread_bits(statistics([0.0, 0, 0, 0])) == 0
