"""Training on drawn faces: whole, interrupted, taught, continued, and with bad input."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")

from safetensors.torch import load_file  # noqa: E402

from recipes.dan.checkpoint import load_net  # noqa: E402
from recipes.dan.train import train  # noqa: E402
from recipes.dan.variants import DEFAULT  # noqa: E402
from recipes.pfld.recipe import WEIGHTS as PFLD_WEIGHTS  # noqa: E402
from recipes.shelf.landmarks.task import LandmarkTask  # noqa: E402
from zoo import registry  # noqa: E402
from zoo.errors import DataError, RecipeError, UsageError  # noqa: E402
from zoo.training import TrainOptions  # noqa: E402

# Lightning 2.6 with torch 2.13; none of them is ours to mend.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*LeafSpec.*:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*does not have many workers.*:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*exists and is not empty.*:UserWarning"),
]

MakeFaces = Callable[..., Path]
TEACHER = PFLD_WEIGHTS / "pfld_0.25x.300w68.safetensors"


def options(out: Path, *data: Path, **words: str) -> TrainOptions:
    return TrainOptions(data, out, 0, "cpu", settings={"epochs": "2", "batch_size": "4", **words})


def test_a_taught_training_that_is_interrupted_ends_with_the_same_weights(
    make_faces: MakeFaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, data = registry.load("recipe", "dan"), (make_faces(6), make_faces(6, points=98))
    taught = replace(options(tmp_path / "whole", *data), teachers=(TEACHER,))
    whole = train(recipe, taught)

    def break_off(task: LandmarkTask) -> None:
        if task.current_epoch == 1:
            raise RuntimeError("power cut")

    again = replace(taught, out=tmp_path / "resumed")
    with monkeypatch.context() as patch:
        patch.setattr(LandmarkTask, "on_train_epoch_start", break_off)
        with pytest.raises(RuntimeError, match="power cut"):
            train(recipe, again)
    assert train(recipe, again).read_bytes() == whole.read_bytes()
    assert load_net(DEFAULT, whole).points.out_features == 136
    record = json.loads((tmp_path / "whole" / "training.json").read_text())
    assert record["teachers"] == ["pfld_0.25x.300w68"]
    assert record["changed_settings"] == {"epochs": 2, "batch_size": 4}
    alone = train(recipe, replace(taught, out=tmp_path / "alone", teachers=()))
    assert alone.read_bytes() != whole.read_bytes()


def test_a_pose_branch_learns_too(make_faces: MakeFaces, tmp_path: Path) -> None:
    train(registry.load("recipe", "dan"), options(tmp_path, make_faces(6), pose_branch="true"))
    log = (tmp_path / "log" / "metrics.csv").read_text().splitlines()
    assert "val_pose_deg" in log[0].split(",")


def test_going_on_from_an_earlier_training(make_faces: MakeFaces, tmp_path: Path) -> None:
    recipe, first = registry.load("recipe", "dan"), tmp_path / "first"
    wanted = options(first, make_faces(6))
    before = load_file(train(recipe, wanted))
    still = {**wanted.settings, "learning_rate": "1e-12", "average_decay": "0"}
    again = replace(wanted, out=tmp_path / "again", start=first, settings=still)
    after = load_file(train(recipe, again))
    assert all(torch.allclose(after[n], before[n]) for n in before if n.endswith(".weight"))
    with pytest.raises(RecipeError, match=r"no such weights to start from; give the folder"):
        train(recipe, replace(wanted, out=tmp_path / "no", start=tmp_path))
    with pytest.raises(RecipeError, match=r"seed 0, not 7, .* were trained on then; give --seed"):
        train(recipe, replace(again, seed=7))


# The first stage is meant to be in evaluation mode.
@pytest.mark.filterwarnings("ignore:.*in eval mode at the start of training.*")
def test_a_second_stage_on_top_of_the_first(make_faces: MakeFaces, tmp_path: Path) -> None:
    data, first, second = make_faces(6), tmp_path / "first", tmp_path / "second"
    below = load_file(train(registry.load("recipe", "dan"), options(first, data)))
    recipe = registry.load("recipe", "dan2_0.25x.300w68")
    with pytest.raises(UsageError, match=r"give the folder of a training of dan1_0\.25x\."):
        train(recipe, options(second, data))
    made = train(recipe, replace(options(second, data), start=first))
    assert made.name == "dan2_0.25x.300w68.safetensors"
    state = load_file(made)
    assert [n for n, value in below.items() if not torch.equal(state[f"first.{n}"], value)] == []
    train(recipe, replace(options(tmp_path / "third", data), start=second))  # goes on from its own


def test_only_other_landmarks(make_faces: MakeFaces, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"dan1_0\.25x\.300w68: learns 68 landmarks, but the faces"):
        train(registry.load("recipe", "dan"), options(tmp_path, make_faces(6, points=98)))
