"""A certificate repeats published metrics only of the published network."""

import json
from dataclasses import replace

import pytest
from PIL import Image

from zoo.build.plan import Plan, make_plan
from zoo.build.stages.verify import recorded_accuracy
from zoo.build.wish import Wish


def plan(quant: str, **wish: object) -> Plan:
    return make_plan(Wish("pfld", "x86", quant, **wish))


@pytest.mark.parametrize("quant", ["none", "ptq"])
def test_published_networks_have_their_metrics(quant):
    made = plan(quant)
    measured = json.loads(made.recipe.metrics.read_text("utf-8"))
    assert recorded_accuracy(made) == {"how": "recorded", **measured[made.hub_key]}


def test_what_is_built_again_was_not_measured(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "photo.png")
    own_hub = tmp_path / "own.onnx"
    own_hub.touch()  # it is not read
    assert recorded_accuracy(plan("ptq", calibration=tmp_path)) == {}
    assert recorded_accuracy(plan("none", hub=own_hub)) == {}
    assert recorded_accuracy(plan("fp16")) == {}


def test_models_without_metrics():
    published = plan("none")
    assert (
        recorded_accuracy(replace(published, recipe=replace(published.recipe, metrics=None))) == {}
    )
