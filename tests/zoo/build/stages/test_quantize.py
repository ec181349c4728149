"""Which training a build uses: the recipe's own where it knows the labels, else distillation."""

from importlib.util import find_spec

import numpy as np
import pytest
from networks import residual_network
from PIL import Image

from compilers.hub import HUB
from zoo import registry
from zoo.build.calibration_record import quantization_notes, read_calibration
from zoo.build.plan import Plan
from zoo.build.stages.quantize import run
from zoo.contract import Contract, Step, TensorSpec
from zoo.data.pictures import count_note
from zoo.errors import RecipeError, UnsupportedOpError
from zoo.proof.certificate import LOSS, recorded_checks
from zoo.recipe import Recipe
from zoo.training import FitOptions

MODULE = """
import numpy as np

from zoo.data.evaluation import Evaluation
from zoo.picture import Picture

calls = []

def pictures(recipe, folder):
    return [Picture(folder / "0.png")] if (folder / "labels.csv").is_file() else []

def evaluate(recipe, run, data, only=()):
    calls.append((str(data), sorted(path.name for path in only)))
    image = np.zeros((1, 3, 6, 6), np.float32)
    largest = float(run({"image": image})["landmarks"].max())
    return Evaluation("drawn/train", len(only), {"error": largest})

def fit(recipe, module, float_module, options):
    calls.append((recipe.name, sorted(float_module.graph.outputs), options))
"""
CONTRACT = Contract(
    TensorSpec("image", (3, 6, 6)),
    (TensorSpec("landmarks", (10,)),),
    (
        Step("crop", {"scale": 1.0}),
        Step("resize", {"size": [6, 6]}),
        Step("normalize", {"mean": [128] * 3, "std": [128] * 3}),
    ),
)

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed")


@pytest.fixture
def trainer(tmp_path, monkeypatch):
    """Return the module of a recipe that can be trained."""
    (tmp_path / "trainer_of_tests.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    calls = registry.resolve("trainer_of_tests:calls")
    calls.clear()
    return calls


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    random = np.random.default_rng(0)
    for index in range(6):
        pixels = random.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    return folder


def _quantized(tmp_path, images, **change):
    """Return the metadata of the hub that the stage writes."""
    (tmp_path / "float.onnx").write_bytes(HUB.write(residual_network()))
    recipe = Recipe(
        "net_1.0x.drawn",
        "net",
        "",
        CONTRACT,
        fit="trainer_of_tests:fit",
        pictures="trainer_of_tests:pictures",
    )
    facts = {
        "recipe": recipe,
        "target": registry.load("target", "x86"),
        "quant": "qat",
        "scheme": "w8a8-asym",
        "float_hub": tmp_path / "float.onnx",
        "quant_hub": None,
        "calibration": images,
        "calibration_count": 100,
        "calibrator": "minmax",
        "epochs": 1,
        "seed": 7,
        "quantization_bound": 0.1,
    }
    plan = Plan(**{**facts, **change})
    run(plan, {"hub": tmp_path}, tmp_path)
    return HUB.read((tmp_path / "hub.onnx").read_bytes(), "hub.onnx").metadata


@needs_torch
def test_a_recipe_trains_where_it_knows_the_labels(tmp_path, images, trainer):
    (images / "labels.csv").touch()
    metadata = _quantized(tmp_path, images)
    assert trainer == [("net_1.0x.drawn", ["landmarks"], FitOptions(images, 1, 7))]
    assert (metadata["zoo.training"], metadata["zoo.calibration_count"]) == ("recipe", "1")


@needs_torch
def test_images_without_labels_are_distilled_on(tmp_path, images, trainer):
    metadata = _quantized(tmp_path, images)
    assert trainer == []
    assert (metadata["zoo.training"], metadata["zoo.calibration_count"]) == ("distillation", "6")
    assert metadata["zoo.calibrator"] == "minmax"


def test_ptq_trains_nothing(tmp_path, images, trainer):
    (images / "labels.csv").touch()
    assert "zoo.training" not in _quantized(tmp_path, images, quant="ptq", epochs=None)
    assert trainer == []


def test_what_the_target_refuses_is_told_before_anything_is_calibrated(tmp_path, images):
    board = {"target": registry.load("target", "kv260"), "scheme": "dpu-pow2", "quant": "ptq"}
    with pytest.raises(UnsupportedOpError, match=r"^node '.*relu6 after concat"):
        _quantized(tmp_path, images, **board, calibrator="no such calibrator")


@needs_torch
def test_images_are_needed(tmp_path, images):
    with pytest.raises(RecipeError, match=r"^net_1\.0x\.drawn: give images for calibration with"):
        _quantized(tmp_path, images, calibration=None)


def _drawn(folder, count):
    random = np.random.default_rng(1)
    folder.mkdir()
    for index in range(count):
        pixels = random.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    return folder


@pytest.mark.usefixtures("trainer")
@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "the 1 calibration pictures themselves (fewer than 10, so none is held out)"),
        (5, "the 5 calibration pictures themselves (fewer than 10, so none is held out)"),
        (20, "4 pictures held out from calibration"),
    ],
)
def test_the_loss_is_judged_on_pictures_held_out(tmp_path, count, words):
    pictures = _drawn(tmp_path / "many", count)
    metadata = _quantized(tmp_path, pictures, quant="ptq", epochs=None, calibrator="")
    (check,) = recorded_checks(metadata, "hub.onnx")
    assert check.step == f"{LOSS}, output 'landmarks', {words}"
    assert (check.how, check.unit) == ("recorded", "of its spread")
    assert 0 < check.mean <= check.largest < 0.05
    assert check.why.startswith("limit for quantization; the largest loss is at node '")
    assert metadata["zoo.calibration_count"] == str(count if count < 10 else count - 4)
    found = read_calibration(tmp_path)
    assert found["calibrator"] == found["tried"][0]["calibrator"]
    assert quantization_notes(tmp_path) == (
        f"lost by quantization: output 'landmarks', {words}: {check.largest:.3g} of its spread",
        count_note(count),
    )


@needs_torch
@pytest.mark.usefixtures("trainer")
def test_what_the_recipe_trained_on_is_said_to_be_seen(tmp_path, images):
    (images / "labels.csv").touch()
    metadata = _quantized(tmp_path, images)
    steps = [check.step for check in recorded_checks(metadata, "hub.onnx")]
    assert steps[-1].endswith("1 picture that the recipe's training has seen")


@pytest.mark.usefixtures("trainer")
def test_nothing_is_told_of_a_float_network(tmp_path, images):
    (tmp_path / "float.onnx").write_bytes(HUB.write(residual_network()))
    _quantized(tmp_path, images, quant="none", scheme="float32", epochs=None)
    assert (read_calibration(tmp_path), quantization_notes(tmp_path)) == ({}, ())


@pytest.fixture
def labelled(tmp_path):
    """Return a folder of crops with two landmarks each."""
    folder = tmp_path / "labelled"
    _drawn(folder, 0)
    _drawn(folder / "images", 12)
    rows = "".join(f"{index}.png,1,1,6,5\n" for index in range(12))
    (folder / "annotations.csv").write_text(f"file,x0,y0,x1,y1\n{rows}")
    return folder


def _judged_by_metric(tmp_path, labelled, **change):
    recipe = Recipe(
        "net",
        "net",
        "",
        CONTRACT,
        evaluate="trainer_of_tests:evaluate",
        metric="error",
        **change,
    )
    metadata = _quantized(tmp_path, labelled, recipe=recipe, quant="ptq", epochs=None)
    return recorded_checks(metadata, "hub.onnx")


def test_where_there_are_labels_the_recipes_metric_judges(tmp_path, labelled, trainer):
    output, metric = _judged_by_metric(tmp_path, labelled)
    assert output.bound is None
    assert metric.step.startswith(f"{LOSS}, error ")
    assert metric.step.endswith(", 2 pictures held out from calibration")
    assert (metric.unit, metric.values, metric.how) == ("of the float network's", 2, "recorded")
    (floats, held), integers = trainer
    assert (floats, held) == integers
    assert (floats, len(held)) == (f"crops:{labelled}", 2)


def test_what_became_better_has_lost_nothing(tmp_path, labelled, trainer):
    losses = [
        _judged_by_metric(tmp_path, labelled, more_is_better=more)[-1].largest
        for more in (False, True)
    ]
    assert min(losses) == 0 < max(losses)
    assert len(trainer) == 4
