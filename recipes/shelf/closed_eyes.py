"""Measures what networks say of closed eyes and open mouths (docs/drowsiness.md).

    python -m recipes.shelf.closed_eyes FACES [--split NAME] [--network NAME]... [--json]

FACES: labelled faces as for --data. Prints a Markdown table of mean aspect ratios, of labels and of
landmarks that float networks find in the labels' boxes.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from recipes.shelf.face_data import crops_of, find_faces
from recipes.shelf.landmark_evaluation import landmark_count, predict
from zoo import registry
from zoo.cli.entry import enter
from zoo.contract import Contract
from zoo.data.crops import Crops
from zoo.data.regions import landmark_box
from zoo.plugs import Run
from zoo.recipe import Recipe
from zoo.step import Frame

__all__ = ["closed_eyes"]

_CLOSED_EAR, _OPEN_EAR, _OPEN_MAR = 0.1, 0.27, 0.5
"""By the labels: closed eyes are below, open ones and open mouths above."""
_MOST = 200
"""Faces of a kind that are looked at; closed eyes are rarer."""
_FRAME = Frame(np.zeros((1, 1, 3), np.uint8), (0, 0, 1, 1))


@click.command()
@click.argument("faces", type=click.Path(path_type=Path))
@click.option("--split", default="test", show_default=True)
@click.option("--network", "networks", multiple=True, default=("pfld",), show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(faces: Path, split: str, networks: Sequence[str], as_json: bool) -> None:
    """Measure aspect ratios of closed eyes and open mouths."""
    recipes = [registry.load("recipe", name) for name in networks]
    found = {recipe.name: closed_eyes(recipe, faces, split) for recipe in recipes}
    if as_json:
        click.echo(json.dumps(found))
        return
    click.echo("| network | eyes or mouth | faces | labels | network |\n|" + " --- |" * 5)
    for name, kinds in found.items():
        for kind, (count, label, seen) in kinds.items():
            click.echo(f"| {name} | {kind} | {count} | {label:.3f} | {seen:.3f} |")


def closed_eyes(recipe: Recipe, data: Path, split: str) -> Mapping[str, tuple[int, float, float]]:
    """Return (faces, mean ratio by labels, mean ratio by the network) by kind of face."""
    hub = recipe.hubs["none"]
    run: Run = registry.load("executor", "onnxruntime").load(hub.parent, hub.name)
    crops = crops_of(find_faces(data, split, landmark_count(recipe.contract)))
    ear, mar = np.transpose([_ratios(recipe.contract, points) for points in crops.landmarks])
    kinds = {
        "closed eyes": (ear, ear < _CLOSED_EAR, 0),
        "open eyes": (ear, ear > _OPEN_EAR, 0),
        "open mouth": (mar, mar > _OPEN_MAR, 1),
    }
    found = {}
    for kind, (labels, chosen, which) in kinds.items():
        rows = np.flatnonzero(chosen)[:_MOST]
        seen = [_seen(recipe.contract, run, crops, int(row))[which] for row in rows]
        found[kind] = len(rows), float(np.mean(labels[rows])), float(np.mean(seen))
    return found


def _seen(contract: Contract, run: Run, crops: Crops, row: int) -> tuple[float, float]:
    box = landmark_box(crops.landmarks[row])
    return _ratios(contract, predict(contract, run, crops.images[row], box))


def _ratios(contract: Contract, points: NDArray[np.floating]) -> tuple[float, float]:
    """Return the aspect ratios of eyes and mouth."""
    step = contract.step("aspect_ratios")
    plugin = registry.load("step", step.name)
    values = {"landmarks": np.asarray(points, np.float64)}
    ratios = plugin.apply(values, _FRAME, plugin.complete(step.parameters))
    return float(ratios["ear"]), float(ratios["mar"])


if __name__ == "__main__":
    enter(command, "python -m recipes.shelf.closed_eyes")
