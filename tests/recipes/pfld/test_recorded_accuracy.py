"""A certificate repeats published metrics only of the published network."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from zoo.plan import Plan, Wish, make_plan
from zoo.stages.verify import recorded_accuracy


def plan(quant: str, **wish: object) -> Plan:
    return make_plan(Wish("pfld", "x86", quant, **wish))


@pytest.mark.parametrize("quant", ["none", "ptq"])
def test_published_networks_have_their_metrics(quant):
    found = recorded_accuracy(plan(quant))
    metrics = plan(quant).recipe.metrics
    assert found == {"how": "recorded", **json.loads(metrics.read_text("utf-8"))[quant]}


def test_what_is_made_anew_was_not_measured(tmp_path):
    own_hub = Path(__file__)  # any file: it is not read
    assert recorded_accuracy(plan("ptq", calibration=tmp_path)) == {}
    assert recorded_accuracy(plan("none", hub=own_hub)) == {}
    assert recorded_accuracy(plan("fp16")) == {}


def test_models_without_metrics():
    published = plan("none")
    assert (
        recorded_accuracy(replace(published, recipe=replace(published.recipe, metrics=None))) == {}
    )
