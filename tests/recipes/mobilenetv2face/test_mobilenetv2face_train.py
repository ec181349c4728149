"""Training on drawn faces: whole, interrupted, from other weights, and with bad input."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")

from safetensors.torch import load_file  # noqa: E402

from recipes.mobilenetv2face.checkpoint import build_net  # noqa: E402
from recipes.mobilenetv2face.recipe import recipe_of_size  # noqa: E402
from recipes.mobilenetv2face.scales import SIZES, measure, merged  # noqa: E402
from recipes.mobilenetv2face.settings import Settings, settings_of  # noqa: E402
from recipes.mobilenetv2face.task import DetectionTask  # noqa: E402
from recipes.mobilenetv2face.train import train  # noqa: E402
from recipes.mobilenetv2face.variants import VARIANTS, Variant  # noqa: E402
from recipes.shelf.checkpoint import as_run, save_state  # noqa: E402
from recipes.shelf.detection_metrics import PhotoDetections  # noqa: E402
from zoo import registry  # noqa: E402
from zoo.errors import RecipeError, UsageError  # noqa: E402
from zoo.training import TrainOptions  # noqa: E402

# Lightning 2.6 with torch 2.13; none of them is ours to mend.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*LeafSpec.*:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*does not have many workers.*:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*exists and is not empty.*:UserWarning"),
]

SMALL = "mobilenetv2face_a0.35x.wider"


def options(data: Path, out: Path, **changed: str) -> TrainOptions:
    words = {"epochs": "2", "crops": "4", "batch_size": "2", "crop_size": "64"}
    words |= {"validation_fraction": "0.25", **changed}
    return TrainOptions((data,), out, 0, "cpu", settings=words)


def test_an_interrupted_training_ends_with_the_same_weights(
    drawn_photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = registry.load("recipe", SMALL)
    whole = train(recipe, options(drawn_photos, tmp_path / "whole"))

    def break_off(task: DetectionTask) -> None:
        if task.current_epoch == 1:
            raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(DetectionTask, "on_train_epoch_start", break_off)
        with pytest.raises(RuntimeError, match="power cut"):
            train(recipe, options(drawn_photos, tmp_path / "resumed"))
    resumed = train(recipe, options(drawn_photos, tmp_path / "resumed"))
    assert resumed.read_bytes() == whole.read_bytes()
    log = (tmp_path / "resumed" / "log" / "metrics.csv").read_text().splitlines()
    assert {"val_ap", "score_loss", "box_loss"} <= set(log[0].split(","))
    record = json.loads((tmp_path / "resumed" / "training.json").read_text())
    assert record["data"] == [{"name": "drawn/train", "pictures": 4}]
    assert (record["held_out_photos"], record["changed_settings"]["crop_size"]) == (1, 64)


def test_frozen_layers_of_a_users_weights_stay(drawn_photos: Path, tmp_path: Path) -> None:
    recipe, start = registry.load("recipe", SMALL), tmp_path / "imagenet.safetensors"
    state = build_net(Variant("b", 0.35), seed=9).state_dict()
    save_state({n: v for n, v in state.items() if n.startswith("features.")}, start)
    words = {"pretrained": str(start), "frozen_layers": "98", "learning_rate": "0.1"}
    found = load_file(train(recipe, options(drawn_photos, tmp_path / "out", **words)))
    frozen = [n for n in found if n.startswith(tuple(f"features.{i}." for i in range(1, 12)))]
    assert frozen
    assert all(torch.equal(found[name], state[name]) for name in frozen)
    later = "features.12.conv.0.0.weight"
    assert not torch.equal(found[later], state[later])
    record = json.loads((tmp_path / "out" / "training.json").read_text())
    assert record["changed_settings"]["pretrained"] == "imagenet.safetensors"


def test_going_on_from_an_earlier_training(drawn_photos: Path, tmp_path: Path) -> None:
    recipe, first = registry.load("recipe", SMALL), tmp_path / "first"
    train(recipe, options(drawn_photos, first))
    again = replace(options(drawn_photos, tmp_path / "again"), start=first)
    assert train(recipe, again).is_file()
    with pytest.raises(RecipeError, match="not readable as safetensors"):
        train(recipe, replace(again, start=tmp_path, out=tmp_path / "no"))


def test_what_it_cannot_learn_from(
    drawn_photos: Path, make_faces: Callable[..., Path], tmp_path: Path
) -> None:
    recipe, wanted = registry.load("recipe", SMALL), options(drawn_photos, tmp_path / "out")
    with pytest.raises(RecipeError, match="made68/train: has no boxes of faces; give a data set"):
        train(recipe, replace(wanted, data=(make_faces(3),)))
    with pytest.raises(RecipeError, match="learns from labels only; leave out --teacher and"):
        train(recipe, replace(wanted, teachers=(tmp_path / "t.onnx",)))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"epoch": "3"}, "unknown setting 'epoch'; did you mean epochs"),
        ({"frozen_layers": "64"}, "'frozen_layers' is '64'; allowed: 0, 63, 98, 133"),
        ({"frozen_layers": "63"}, "'frozen_layers' is '63': random layers would stay as they are"),
        ({"crop_size": "500"}, "'crop_size' is '500'; expected a multiple of 32"),
    ],
)
def test_bad_settings(words: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        settings_of(words)


def test_settings() -> None:
    assert settings_of({"epochs": "3", "box_weight": "2"}) == Settings(epochs=3, box_weight=2.0)


@pytest.fixture
def found_at_scales(drawn_photos: Path) -> Iterator[object]:
    variant = VARIANTS[SMALL]
    made = recipe_of_size(variant, 224)
    return measure(made, as_run(build_net(variant), made), Path(f"boxes:{drawn_photos}"))


def test_three_scales(found_at_scales: Iterator[object]) -> None:
    lines = list(found_at_scales)
    assert [line.condition for line in lines] == ["128x128", "224x224", "448x448", "together"]
    assert SIZES == (128, 224, 448)
    assert {line.count for line in lines} == {4}


def test_the_best_of_boxes_at_several_scales_stays() -> None:
    faces, valid = np.zeros((0, 4)), np.zeros(0, np.bool_)
    small = PhotoDetections(np.array([[0.0, 0, 10, 10]]), np.array([0.4]), faces, valid)
    large = np.array([[0.0, 0, 10, 11], [50, 50, 90, 90]])
    both = merged([small, PhotoDetections(large, np.array([0.9, 0.2]), faces, valid)])
    assert both.boxes.tolist() == large.tolist()
    assert both.scores.tolist() == [0.9, 0.2]
    nothing = PhotoDetections(np.zeros((0, 4)), np.zeros(0), faces, valid)
    assert merged([nothing, nothing]).boxes.shape == (0, 4)
