"""Averages the weights of several trainings, which can be better than each of them.

    python -m recipes.shelf.landmarks.soup OUT FOLDER FOLDER...

Each FOLDER, and then OUT, has the form of `zoo train`'s output. The trainings should have started
from one another (`--start`), or from the same one: otherwise the mean of two good networks is bad.
Wortsman et al. 2022, "Model soups", arXiv:2203.05482, section 2, the uniform soup.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import torch
from torch import Tensor

from recipes.shelf.checkpoint import read_state, save_state
from recipes.shelf.landmarks.training_record import read_record
from zoo.cli.entry import enter
from zoo.errors import RecipeError

__all__ = ["mean_weights", "soup"]


def soup(folders: Sequence[Path], out: Path) -> None:
    """Write the mean of the weights of every model in all of the folders, and `training.json`.

    Raises RecipeError if a folder is not that of a training, or they have no common model.
    """
    records = [read_record(folder) for folder in folders]
    names = [{file.name for file in folder.glob("*.safetensors")} for folder in folders]
    common = sorted(set.intersection(*names))
    if not common:
        raise RecipeError(
            f"{', '.join(map(str, folders))}: no model's weights are in all of these; give "
            "folders of trainings of the same network"
        )
    means = {name: mean_weights([folder / name for folder in folders]) for name in common}
    out.mkdir(parents=True, exist_ok=True)
    for name, mean in means.items():
        save_state(mean, out / name)
    record = {"mean_of": records}
    (out / "training.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")


def mean_weights(files: Sequence[Path]) -> dict[str, Tensor]:
    """Return the mean of networks by name; for counts, the first network's.

    Raises RecipeError for a file that is not the weights of the first one's network.
    """
    states = [read_state(file) for file in files]
    first = states[0]
    for file, state in zip(files, states, strict=True):
        if _shapes(state) != _shapes(first):
            raise RecipeError(
                f"{file}: not the network of {files[0]}; give trainings of the same network"
            )
    return {
        name: torch.stack([state[name] for state in states]).mean(dim=0)
        if value.is_floating_point()
        else value
        for name, value in first.items()
    }


def _shapes(state: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in state.items()}


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("folders", type=click.Path(path_type=Path), nargs=-1, required=True)
def main(out: Path, folders: tuple[Path, ...]) -> None:
    """Write the mean of the weights in FOLDERS to OUT."""
    soup(folders, out)


if __name__ == "__main__":
    enter(main, "python -m recipes.shelf.landmarks.soup")
