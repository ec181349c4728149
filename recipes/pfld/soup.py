"""Averages the weights of several trainings, which can be better than each of them.

    python -m recipes.pfld.soup OUT FOLDER FOLDER...

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

from recipes.pfld.checkpoint import load_net
from recipes.pfld.variants import VARIANTS, Variant
from recipes.shelf.checkpoint import save_state
from recipes.shelf.landmarks.training_record import read_record
from zoo.cli.entry import enter
from zoo.errors import RecipeError

__all__ = ["mean_weights", "soup"]


def soup(folders: Sequence[Path], out: Path) -> None:
    """Write the mean of every variant in all of the folders, and `training.json`.

    Raises RecipeError if a folder is not that of a training, or they have no common variant.
    """
    records = [read_record(folder) for folder in folders]
    common = [v for v in VARIANTS.values() if all(_weights(f, v).is_file() for f in folders)]
    if not common:
        raise RecipeError(
            f"{', '.join(map(str, folders))}: no variant's weights are in all of these; give "
            "folders of trainings of the same width"
        )
    means = {v: mean_weights([_state(folder, v) for folder in folders]) for v in common}
    out.mkdir(parents=True, exist_ok=True)
    for variant, mean in means.items():
        save_state(mean, _weights(out, variant))
    record = {"mean_of": records}
    (out / "training.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")


def mean_weights(states: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Return the mean by name; for counts, the first network's."""
    first = states[0]
    return {
        name: torch.stack([state[name] for state in states]).mean(dim=0)
        if value.is_floating_point()
        else value
        for name, value in first.items()
    }


def _state(folder: Path, variant: Variant) -> dict[str, Tensor]:
    return load_net(variant, _weights(folder, variant)).state_dict()


def _weights(folder: Path, variant: Variant) -> Path:
    return folder / f"{variant.name}.safetensors"


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("folders", type=click.Path(path_type=Path), nargs=-1, required=True)
def main(out: Path, folders: tuple[Path, ...]) -> None:
    """Write the mean of the weights in FOLDERS to OUT."""
    soup(folders, out)


if __name__ == "__main__":
    enter(main, "python -m recipes.pfld.soup")
