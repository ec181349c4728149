"""Training on drawn faces: whole, interrupted, taught, and with bad input."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")

from recipes.facedet.settings import Settings, settings_of  # noqa: E402
from recipes.facedet.task import DetectionTask  # noqa: E402
from recipes.facedet.train import train  # noqa: E402
from zoo import registry  # noqa: E402
from zoo.errors import RecipeError, UsageError  # noqa: E402
from zoo.training import TrainOptions  # noqa: E402

# Lightning 2.6 with torch 2.13; none of them is ours to mend.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*LeafSpec.*:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*does not have many workers.*:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*exists and is not empty.*:UserWarning"),
]

RECIPE = "facedet_160.wider"


def options(data: Path, out: Path, **changed: str) -> TrainOptions:
    words = {"epochs": "2", "crops": "4", "batch_size": "2", "validation_fraction": "0.25"}
    return TrainOptions((data,), out, 0, "cpu", settings=words | changed)


def test_an_interrupted_training_ends_with_the_same_weights(
    drawn_photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = registry.load("recipe", RECIPE)
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
    assert (record["held_out_photos"], record["changed_settings"]["crops"]) == (1, 4)


def test_learning_from_a_teacher(
    drawn_photos: Path, make_faces: Callable[..., Path], small_yunet: Path, tmp_path: Path
) -> None:
    recipe, wanted = registry.load("recipe", RECIPE), options(drawn_photos, tmp_path / "alone")
    alone = train(recipe, wanted)
    teacher, crops = small_yunet, make_faces(3)
    taught = replace(
        wanted, teachers=(teacher,), data=(drawn_photos, crops), out=tmp_path / "taught"
    )
    assert train(recipe, taught).read_bytes() != alone.read_bytes()
    record = json.loads((tmp_path / "taught" / "training.json").read_text())
    assert record["teachers"] == ["small"]
    assert [data["pictures"] for data in record["data"]] == [4, 3]
    with pytest.raises(RecipeError, match="made68/train: has no boxes of faces, so they can only"):
        train(recipe, replace(taught, teachers=(), out=tmp_path / "no"))
    with pytest.raises(RecipeError, match="only one teacher is supported, YuNet: --teacher"):
        train(recipe, replace(taught, teachers=(teacher, teacher), out=tmp_path / "no"))


def test_going_on_from_an_earlier_training(drawn_photos: Path, tmp_path: Path) -> None:
    recipe, first = registry.load("recipe", RECIPE), tmp_path / "first"
    train(recipe, options(drawn_photos, first))
    again = replace(options(drawn_photos, tmp_path / "again"), start=first)
    assert train(recipe, again).is_file()
    assert (
        json.loads((tmp_path / "again" / "training.json").read_text())["start"]["model"] == RECIPE
    )
    with pytest.raises(RecipeError, match="not readable as safetensors"):
        train(recipe, replace(again, start=tmp_path, out=tmp_path / "no"))


def test_settings() -> None:
    assert settings_of({"epochs": "3", "mosaic": "0"}) == Settings(epochs=3, mosaic=0.0)
    with pytest.raises(UsageError, match="unknown setting 'epoch'; did you mean epochs"):
        settings_of({"epoch": "3"})
    with pytest.raises(UsageError, match="setting 'crops' is '0'; expected a number above 0"):
        settings_of({"crops": "0"})


def test_mixed_precision_is_validated_in_float32(drawn_photos: Path, tmp_path: Path) -> None:
    recipe = registry.load("recipe", RECIPE)
    weights = train(recipe, options(drawn_photos, tmp_path / "mixed", precision="bf16-mixed"))
    assert weights.is_file()
    assert "val_ap" in (tmp_path / "mixed" / "log" / "metrics.csv").read_text()
