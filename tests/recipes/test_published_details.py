"""Curves and groups beside the weights belong to the published figures."""

import json

import numpy as np
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
def test_the_area_under_a_curve_is_the_published_one(name):
    for accuracy in recorded(registry.load("recipe", name)):
        for curve in accuracy.evaluation.curves:
            if curve.name == "Cumulative error":
                x, y = np.array(curve.points).T
                places = np.linspace(0, curve.x_limit, 1001)
                found = np.interp(places, x, y).mean()
                metric = accuracy.evaluation.metrics["auc_0.1_percent"]
                assert found == pytest.approx(metric, abs=0.1)


@pytest.mark.parametrize("name", NAMES)
def test_groups_have_the_metric_that_counts(name):
    recipe = registry.load("recipe", name)
    for accuracy in recorded(recipe):
        for group in accuracy.evaluation.groups:
            assert recipe.metric in group.metrics
            assert 0 < group.count <= accuracy.evaluation.count
