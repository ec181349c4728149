"""The published integer hub, and the command that makes it."""

import json
from pathlib import Path

import pytest

from recipes.pfld.recipe import WEIGHTS, recipe
from recipes.pfld.variants import VARIANTS
from recipes.shelf.compare_schemes import choices
from recipes.shelf.publishing import publish_quantized
from zoo import registry
from zoo.data.pictures import calibration_pictures
from zoo.data.processing import preprocess_batch
from zoo.proof.loss import relative_loss

MODEL = "pfld_0.25x.300w68"
HUBS = recipe(VARIANTS[MODEL]).hubs
METRIC = "nme_interocular_percent"


def test_costs_less_than_the_usual_way():
    measured = json.loads((WEIGHTS / f"{MODEL}.json").read_text("utf-8"))
    nme = {quant: result["metrics"][METRIC] for quant, result in measured.items()}
    assert nme["ptq.w8a8-asym"] - nme["none"] <= 0.15


def test_says_how_it_was_made():
    onnx = registry.load("format", "onnx")
    graph = onnx.read(HUBS["ptq.w8a8-asym"].read_bytes(), "hub")
    assert graph.is_quantized
    assert (graph.metadata["zoo.scheme"], graph.metadata["zoo.quantizer"]) == ("w8a8-asym", "ptq")
    assert graph.metadata["zoo.calibration_count"] == "400"
    assert graph.metadata["zoo.model"] == MODEL


def test_every_scheme_and_calibrator_is_compared():
    names = [choice.scheme.name for choice in choices()]
    assert set(registry.names("scheme")) <= set(names)
    assert "dpu-pow2, not equalised" in names
    assert len(names) == len({repr(choice) for choice in choices()})


def test_every_scheme_is_compared_once_by_training():
    names = [choice.scheme.name for choice in choices("qat")]
    assert tuple(names) == registry.names("scheme")


@pytest.mark.data
def test_the_command_loses_no_more_than_what_is_published(data: Path, tmp_path, monkeypatch):
    monkeypatch.setenv("ZOO_CACHE", str(tmp_path / "cache"))
    faces = data / "landmarks68" / "train"
    made = publish_quantized(MODEL, faces, "ptq", "w8a8-asym", tmp_path)
    model = registry.load("recipe", MODEL)
    faces = calibration_pictures(model, data / "landmarks68" / "test", 64)
    _, images = preprocess_batch(model.contract, ((face.read(), face.box) for face in faces))
    executor = registry.load("executor", "onnxruntime-unoptimized")
    wanted, found, published = (
        executor.load(hub.parent, hub.name)({"image": images})["landmarks"]
        for hub in (HUBS["none"], made, HUBS["ptq.w8a8-asym"])
    )
    assert relative_loss(wanted, found) <= relative_loss(wanted, published)
