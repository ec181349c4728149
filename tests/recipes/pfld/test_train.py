"""Training on drawn faces: whole, interrupted, and with bad input."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")

from safetensors.torch import load_file  # noqa: E402

from recipes.pfld.checkpoint import build_net, load_net  # noqa: E402
from recipes.pfld.train import train  # noqa: E402
from recipes.pfld.variants import VARIANTS  # noqa: E402
from recipes.shelf.checkpoint import save_state  # noqa: E402
from recipes.shelf.landmarks.task import LandmarkTask  # noqa: E402
from zoo import registry  # noqa: E402
from zoo.errors import DataError, RecipeError  # noqa: E402
from zoo.training import TrainOptions  # noqa: E402

# Lightning 2.6 with torch 2.13; none of them is ours to mend.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*LeafSpec.*:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*does not have many workers.*:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*exists and is not empty.*:UserWarning"),
]

MakeFaces = Callable[..., Path]


def options(data: Path, out: Path, batch_size: int = 4, seed: int = 0) -> TrainOptions:
    words = {"epochs": "2", "batch_size": str(batch_size)}
    return TrainOptions((data,), out, seed, "cpu", settings=words)


def test_an_interrupted_training_ends_with_the_same_weights(
    make_faces: MakeFaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, data = registry.load("recipe", "pfld_0.25x.300w68"), make_faces(6)
    whole = train(recipe, options(data, tmp_path / "whole"))

    def break_off(task: LandmarkTask) -> None:
        if task.current_epoch == 1:
            raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(LandmarkTask, "on_train_epoch_start", break_off)
        with pytest.raises(RuntimeError, match="power cut"):
            train(recipe, options(data, tmp_path / "resumed"))
    resumed = train(recipe, options(data, tmp_path / "resumed"))
    assert resumed.read_bytes() == whole.read_bytes()
    assert (tmp_path / "resumed" / "log" / "metrics.csv").is_file()
    assert list((tmp_path / "resumed" / "log").glob("events.out.tfevents.*"))  # TensorBoard's
    assert len(list((tmp_path / "resumed" / "checkpoints").glob("epoch=*.ckpt"))) <= 3


def test_the_last_checkpoint_is_of_the_last_epoch(
    make_faces: MakeFaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def worse_and_worse(task: LandmarkTask, *_: object) -> None:
        task.log("val_nme", float(task.current_epoch), batch_size=1)

    monkeypatch.setattr(LandmarkTask, "validation_step", worse_and_worse)
    recipe, wanted = registry.load("recipe", "pfld_0.25x.300w68"), options(make_faces(6), tmp_path)
    train(recipe, replace(wanted, settings={**wanted.settings, "epochs": "5"}))
    files = tmp_path / "checkpoints"
    assert torch.load(files / "last.ckpt", weights_only=True)["epoch"] == 4
    assert len(list(files.iterdir())) == 4  # and the three best


def test_gray_with_a_pose_head(make_faces: MakeFaces, tmp_path: Path) -> None:
    name = "pfld_0.25x-gray.wflw98+pose"
    recipe = registry.load("recipe", name)
    weights = train(recipe, options(make_faces(6, points=98), tmp_path))
    assert weights.name == f"{name}.safetensors"
    assert load_net(VARIANTS[name], weights).pose is not None
    log = (tmp_path / "log" / "metrics.csv").read_text().splitlines()
    assert "val_pose_deg" in log[0].split(",")


def test_one_training_gives_the_variants_of_a_width(make_faces: MakeFaces, tmp_path: Path) -> None:
    recipe = registry.load("recipe", "pfld_0.25x.300w68")
    both = make_faces(6), make_faces(6, points=98)
    train(recipe, replace(options(both[0], tmp_path), data=both))
    names = [f"pfld_0.25x.{data}{pose}" for data in ("300w68", "wflw98") for pose in ("", "+pose")]
    written = sorted(path.name for path in tmp_path.glob("*.safetensors"))
    assert written == sorted(f"{name}.safetensors" for name in names)
    for name in names:
        load_net(VARIANTS[name], tmp_path / f"{name}.safetensors")
    record = json.loads((tmp_path / "training.json").read_text())
    assert record["data"] == [
        {"name": "made68/train", "faces": 6, "points": 68},
        {"name": "made98/train", "faces": 6, "points": 98},
    ]
    assert (record["training_faces"], record["held_out_faces"]) == (11, 1)
    assert record["changed_settings"] == {"epochs": 2, "batch_size": 4}


def test_only_other_landmarks(make_faces: MakeFaces, tmp_path: Path) -> None:
    recipe = registry.load("recipe", "pfld_0.25x.300w68")
    with pytest.raises(
        DataError, match=r"pfld_0\.25x\.300w68: learns 68 landmarks, but the faces have 98; add a "
    ):
        train(recipe, options(make_faces(6, points=98), tmp_path))


def test_switches(make_faces: MakeFaces, tmp_path: Path) -> None:
    recipe = registry.load("recipe", "pfld_0.25x.300w68")
    wanted = options(make_faces(6), tmp_path)
    off = {"pose_branch": "false"}
    on = dict.fromkeys(("pose_weighting", "class_weighting"), "true")
    seed = {"loss": "l2", "optimizer": "adam", "schedule": "steps", "average_decay": "0"}
    train(recipe, replace(wanted, settings={**wanted.settings, **off, **on, **seed}))
    log = (tmp_path / "log" / "metrics.csv").read_text().splitlines()
    assert "val_pose_deg" not in log[0].split(",")
    assert ">val_nme</text>" in (tmp_path / "curves.svg").read_text()


def test_training_stops_where_nothing_gets_better(make_faces: MakeFaces, tmp_path: Path) -> None:
    recipe, wanted = registry.load("recipe", "pfld_0.25x.300w68"), options(make_faces(6), tmp_path)
    hopeless = {"epochs": "8", "patience": "1", "learning_rate": "1e4", "average_decay": "0"}
    train(recipe, replace(wanted, settings={**wanted.settings, **hopeless}))
    with (tmp_path / "log" / "metrics.csv").open(newline="") as lines:
        last = max(int(row["epoch"]) for row in csv.DictReader(lines))
    assert last < 7


def test_going_on_from_an_earlier_training(make_faces: MakeFaces, tmp_path: Path) -> None:
    recipe, first = registry.load("recipe", "pfld_0.25x.300w68"), tmp_path / "first"
    still = {"learning_rate": "1e-12", "average_decay": "0"}
    wanted = options(make_faces(6), first)
    before = load_file(train(recipe, wanted))
    again = replace(wanted, out=tmp_path / "again", start=first)
    after = load_file(train(recipe, replace(again, settings={**wanted.settings, **still})))
    assert all(torch.allclose(after[n], before[n]) for n in before if n.endswith(".weight"))
    missing = replace(wanted, out=tmp_path / "no", start=tmp_path)
    with pytest.raises(RecipeError, match=r"no such weights to start from; give the folder"):
        train(recipe, missing)
    with pytest.raises(RecipeError, match=r"seed 0, not 7, .* were trained on then; give --seed"):
        train(recipe, replace(again, seed=7))
    (first / "training.json").rename(first / "pfld_0.25x.300w68.training.json")  # as published
    with pytest.raises(RecipeError, match=r"seed 0, not 7"):
        train(recipe, replace(again, seed=7))


def test_gray_goes_on_from_rgb(make_faces: MakeFaces, tmp_path: Path) -> None:
    rgb, gray = (registry.load("recipe", f"pfld_0.25x{c}.300w68") for c in ("", "-gray"))
    wanted = options(make_faces(6), tmp_path / "first")
    train(rgb, wanted)
    again = replace(wanted, out=tmp_path / "gray", start=wanted.out)
    still = {"learning_rate": "1e-12", "average_decay": "0"}
    after = train(gray, replace(again, settings={**wanted.settings, **still}))
    assert load_file(after)["shallow.0.0.weight"].shape == (16, 1, 3, 3)
    with pytest.raises(RecipeError, match=r"seed 0, not 7"):
        train(gray, replace(again, seed=7))
    rgb_from_gray = replace(wanted, out=tmp_path / "rgb", start=tmp_path / "gray")
    with pytest.raises(RecipeError, match=r"0\.25x\.300w68\.safetensors: no such weights to start"):
        train(rgb, rgb_from_gray)


def test_learning_from_a_teacher(make_faces: MakeFaces, tmp_path: Path) -> None:
    student, data = registry.load("recipe", "pfld_0.25x.300w68"), make_faces(6)
    teacher = tmp_path / "pfld_0.5x.300w68.safetensors"
    save_state(build_net(VARIANTS["pfld_0.5x.300w68"]).state_dict(), teacher)
    alone = train(student, options(data, tmp_path / "alone"))
    taught = train(student, replace(options(data, tmp_path / "taught"), teachers=(teacher,)))
    assert taught.read_bytes() != alone.read_bytes()
    stranger = tmp_path / "pfld_0.5x.wflw98.safetensors"
    with pytest.raises(RecipeError, match=r"0\.5x\.wflw98\.safetensors: no such file; give the"):
        train(student, replace(options(data, tmp_path / "no"), teachers=(stranger,)))
    save_state(build_net(VARIANTS["pfld_0.5x.wflw98"]).state_dict(), stranger)
    with pytest.raises(RecipeError, match=r"98\.safetensors: finds 98 landmarks, but the faces"):
        train(student, replace(options(data, tmp_path / "no"), teachers=(stranger,)))
    for name in ("mine", "facedet_320.wider", "blazeface_short.mediapipe"):
        other = stranger.rename(tmp_path / f"{name}.safetensors")
        with pytest.raises(RecipeError, match=rf"{name}.*: not named after a model that finds la"):
            train(student, replace(options(data, tmp_path / "no"), teachers=(other,)))
        stranger = other


def test_another_training_in_the_folder(make_faces: MakeFaces, tmp_path: Path) -> None:
    recipe, data = registry.load("recipe", "pfld_0.25x.300w68"), make_faces(6)
    train(recipe, options(data, tmp_path))
    wanted = options(data, tmp_path)
    longer = replace(wanted, settings={**wanted.settings, "epochs": "3"})
    with pytest.raises(RecipeError, match=r"last\.ckpt: belongs to a training of 2 steps, but 3"):
        train(recipe, longer)


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"PK\x03\x04 cut short"])
def test_a_broken_checkpoint(make_faces: MakeFaces, tmp_path: Path, content: bytes) -> None:
    recipe, data = registry.load("recipe", "pfld_0.25x.300w68"), make_faces(6)
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "last.ckpt").write_bytes(content)
    with pytest.raises(RecipeError, match=r"last\.ckpt: not a checkpoint .* remove it to start"):
        train(recipe, options(data, tmp_path))


def test_fewer_faces_than_a_batch(make_faces: MakeFaces, tmp_path: Path) -> None:
    recipe = registry.load("recipe", "pfld_0.25x.300w68")
    with pytest.raises(DataError, match=r"3 training faces are fewer than one batch of 8; use"):
        train(recipe, options(make_faces(4), tmp_path, batch_size=8))
