"""Curves and groups beside the weights belong to the published figures."""

import json
from itertools import pairwise

import pytest

from zoo import registry
from zoo.report.accuracy import recorded

NAMES = [name for name in registry.names("recipe") if registry.load("recipe", name).details]


@pytest.mark.parametrize("name", NAMES)
def test_each_published_hub_has_its_details(name):
    recipe = registry.load("recipe", name)
    figures, details = (json.loads(f.read_text()) for f in (recipe.metrics, recipe.details))
    assert details.keys() == figures.keys()
    for accuracy in recorded(recipe):
        assert accuracy.evaluation.curves, accuracy.form


@pytest.mark.parametrize("name", NAMES)
def test_the_area_under_a_curve_is_near_the_published_one(name):
    for accuracy in recorded(registry.load("recipe", name)):
        for curve in accuracy.evaluation.curves:
            if curve.name == "Cumulative error":
                points = [(min(x, curve.x_limit), y) for x, y in (*curve.points, (1e9, 0))]
                area = sum(y * (after - x) for (x, y), (after, _) in pairwise(points))
                found = area / curve.x_limit
                assert found == pytest.approx(accuracy.evaluation.metrics["auc_0.1_percent"], abs=1)


@pytest.mark.parametrize("name", NAMES)
def test_groups_have_the_metric_that_counts(name):
    recipe = registry.load("recipe", name)
    for accuracy in recorded(recipe):
        for group in accuracy.evaluation.groups:
            assert recipe.metric in group.metrics
            assert 0 < group.count <= accuracy.evaluation.count
