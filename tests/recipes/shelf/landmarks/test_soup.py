"""The mean of several trainings' weights."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file  # noqa: E402

from recipes.pfld.checkpoint import build_net  # noqa: E402
from recipes.pfld.variants import VARIANTS  # noqa: E402
from recipes.shelf.checkpoint import save_state  # noqa: E402
from recipes.shelf.landmarks.soup import mean_weights, soup  # noqa: E402
from zoo.errors import RecipeError  # noqa: E402

MODULE = "recipes.shelf.landmarks.soup"
COMMAND = (sys.executable, "-m", MODULE)
NAMES = ("pfld_0.25x.300w68", "pfld_0.25x.wflw98")


def trained(folder: Path, seed: int, names: tuple[str, ...] = NAMES) -> Path:
    folder.mkdir()
    for name in names:
        state = build_net(VARIANTS[name], seed).state_dict()
        save_state(state, folder / f"{name}.safetensors")
    (folder / "training.json").write_text(json.dumps({"seed": seed}))
    return folder


def test_each_weight_is_the_mean_and_each_training_is_on_record(tmp_path: Path) -> None:
    first, second = trained(tmp_path / "a", 1), trained(tmp_path / "b", 2, NAMES[:1])
    command = [
        sys.executable,
        "-m",
        "recipes.shelf.landmarks.soup",
        tmp_path / "out",
        first,
        second,
    ]
    subprocess.run(command, check=True)
    assert {file.name for file in (tmp_path / "out").iterdir()} == {
        f"{NAMES[0]}.safetensors",
        "training.json",
    }
    a, b, mean = (
        load_file(f / f"{NAMES[0]}.safetensors") for f in (first, second, tmp_path / "out")
    )
    assert mean.keys() == a.keys()
    for name, value in mean.items():
        torch.testing.assert_close(value.double(), (a[name].double() + b[name].double()) / 2)
    record = json.loads((tmp_path / "out" / "training.json").read_text())
    assert record == {"mean_of": [{"seed": 1}, {"seed": 2}]}


def test_counts_stay_whole(tmp_path: Path) -> None:
    files = [tmp_path / "a.safetensors", tmp_path / "b.safetensors"]
    for file, count in zip(files, (3, 4), strict=True):
        save_state({"n": torch.tensor(count), "w": torch.tensor([float(count)])}, file)
    mean = mean_weights(files)
    assert (mean["n"], mean["n"].dtype, mean["w"].item()) == (3, torch.int64, 3.5)


def test_another_network_under_the_same_name(tmp_path: Path) -> None:
    first = trained(tmp_path / "a", 1, NAMES[:1])
    wide = build_net(VARIANTS["pfld_0.5x.300w68"]).state_dict()
    other = trained(tmp_path / "b", 1, ())
    save_state(wide, other / f"{NAMES[0]}.safetensors")
    with pytest.raises(RecipeError, match=r"b.pfld_0\.25x.*: not the network of .*a.pfld_0\.25x"):
        soup([first, other], tmp_path / "out")


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "recipes.shelf.landmarks.soup",
        tmp_path / "out",
        tmp_path / "none",
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{MODULE}: {tmp_path / 'none' / 'training.json'}: not")


def test_no_folder_of_a_training(tmp_path: Path) -> None:
    first = trained(tmp_path / "a", 1)
    with pytest.raises(RecipeError, match=r"none.training\.json: not readable as the record of"):
        soup([first, tmp_path / "none"], tmp_path / "out")
    other = trained(tmp_path / "wide", 1, ("pfld_0.5x.300w68",))
    with pytest.raises(RecipeError, match=r"no model's weights are in all of these; give"):
        soup([first, other], tmp_path / "out")
    assert not (tmp_path / "out").exists()
