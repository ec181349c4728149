"""Curves and groups as they are written beside the weights."""

import json

import numpy as np

from recipes.shelf.accuracy_curves import cumulative_error
from recipes.shelf.publishing import write_details
from zoo.contract import Contract, TensorSpec
from zoo.data.evaluation import Curve, Evaluation, Measurement
from zoo.recipe import Recipe

RECIPE = Recipe("toy", "toy", "", Contract(TensorSpec("image", (3, 8, 8)), (), ()))


def written(tmp_path, *curves: Curve, groups: tuple[Measurement, ...] = ()):
    write_details(RECIPE, {"none": Evaluation("toys", 3, {}, curves, groups)}, tmp_path)
    return json.loads((tmp_path / "toy.details.json").read_text())["none"]


def test_steps_become_their_exact_heights_at_even_places(tmp_path):
    found = written(tmp_path, cumulative_error(np.array([0.02, 0.0501, 0.2])))
    (curve,) = found["curves"]
    heights = dict(map(tuple, curve["points"]))
    assert (len(heights), curve["is_step"]) == (101, False)
    assert (heights[1.9], heights[2.0], heights[5.0], heights[5.1]) == (0, 33.333, 33.333, 66.667)
    assert heights[10.0] == 66.667  # the third face is beyond the axis


def test_other_curves_keep_some_of_their_points(tmp_path):
    points = tuple((float(index), 1 / (1 + index)) for index in range(1000))
    found = written(tmp_path, Curve("recall", "x", "y", 1000, 1, points))
    kept = found["curves"][0]["points"]
    assert len(kept) == 101
    assert (kept[0], kept[-1]) == ([0.0, 1.0], [999.0, 0.001])


def test_groups_are_rounded(tmp_path):
    group = Measurement("region", "jaw", 3, {"nme_percent": 1 / 3})
    assert written(tmp_path, groups=(group,))["groups"] == [
        {"test": "region", "condition": "jaw", "count": 3, "metrics": {"nme_percent": 0.333}}
    ]


def test_nothing_is_written_of_nothing(tmp_path):
    write_details(RECIPE, {"none": Evaluation("toys", 3, {})}, tmp_path)
    assert not (tmp_path / "toy.details.json").exists()
