"""Measures landmarks of turned faces, with and without a second look that aligns them.

    python -m recipes.shelf.turned_accuracy FACES [--network NAME]... [--json]

FACES: labelled faces, as for --data. Each is turned about its centre. The first look is at the box
of its labels, the second one at the landmarks just found: upright in their box, or turned by step
`align` so that they lie at the mean face (docs/chains.md). Prints a Markdown table of the mean
error in per cent of the distance between the eye corners.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import click
import numpy as np

from recipes.shelf.face_data import crops_of, find_faces
from recipes.shelf.landmark_evaluation import landmark_count, predict
from recipes.shelf.landmark_metrics import point_errors
from recipes.shelf.layouts import layout_of
from recipes.shelf.robustness.face import Face
from recipes.shelf.robustness.rotation import rotate
from zoo import registry
from zoo.cli.entry import enter
from zoo.contract import Contract, Step
from zoo.data.regions import landmark_box, places_of
from zoo.errors import RecipeError
from zoo.plugs import Run
from zoo.recipe import Recipe

__all__ = ["aligned", "looks", "turned_accuracy"]

_DEGREES = (0, 10, 20, 30, 45, 60)
_LOOKS = ("one look", "two upright looks", "second look aligned")


@click.command()
@click.argument("faces", type=click.Path(path_type=Path))
@click.option("--network", "networks", multiple=True, default=("pfld",), show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(faces: Path, networks: Sequence[str], as_json: bool) -> None:
    """Measure landmarks of turned faces."""
    recipes = [registry.load("recipe", name) for name in networks]
    found = {recipe.name: turned_accuracy(recipe, faces) for recipe in recipes}
    if as_json:
        click.echo(json.dumps(found))
        return
    click.echo(f"| network | turned by | {' | '.join(_LOOKS)} |")
    click.echo("| --- | --- |" + " --- |" * len(_LOOKS))
    for name, by_angle in found.items():
        for degrees, errors in by_angle.items():
            cells = " | ".join(f"{errors[look]:.2f}" for look in _LOOKS)
            click.echo(f"| {name} | {degrees}° | {cells} |")


def turned_accuracy(recipe: Recipe, faces: Path) -> Mapping[int, Mapping[str, float]]:
    """Return the mean error in per cent of each way to look, by the angle of the faces."""
    hub = recipe.demand_float_hub()
    run: Run = registry.load("executor", "onnxruntime").load(hub.parent, hub.name)
    crops = crops_of(find_faces(faces, "test", landmark_count(recipe.contract)))
    upright = [
        Face(image, landmarks.astype(np.float64), landmark_box(landmarks))
        for image, landmarks in zip(crops.images, crops.landmarks, strict=True)
    ]
    random = np.random.default_rng(0)  # which turning leaves alone
    turns = {degrees: partial(rotate, _=random, degrees=degrees) for degrees in _DEGREES}
    return {
        degrees: looks(recipe.contract, run, map(turn, upright)) for degrees, turn in turns.items()
    }


def looks(contract: Contract, run: Run, faces: Iterable[Face]) -> Mapping[str, float]:
    """Return the mean error in per cent of each way to look."""
    turning = aligned(contract)
    wanted, found = [], []
    for face in faces:
        first = predict(contract, run, face.image_hwc, face.box)
        box, points = landmark_box(first), places_of(first)
        second = predict(contract, run, face.image_hwc, box)
        turned = predict(turning, run, face.image_hwc, box, points)
        wanted.append(face.landmarks)
        found.append((first, second, turned))
    layout, labels = layout_of(landmark_count(contract)), np.stack(wanted)
    return {
        look: 100 * float(point_errors(np.stack(landmarks), labels, layout).mean())
        for look, landmarks in zip(_LOOKS, zip(*found, strict=True), strict=True)
    }


def aligned(contract: Contract) -> Contract:
    """Return a contract that brings landmarks to the mean face which its output is relative to.

    Raises RecipeError if there is none, or if the input is not made by crop and resize.
    """
    mean = contract.step("landmarks").parameters.get("mean", ())
    names = [step.name for step in contract.pre[:2]]
    if not mean or names != ["crop", "resize"]:
        raise RecipeError(
            "contract: landmarks are aligned where step 'landmarks' has a mean and the steps "
            f"before the network begin with crop and resize, not {', '.join(names) or 'nothing'}"
        )
    crop, resize = (registry.load("step", s.name).complete(s.parameters) for s in contract.pre[:2])
    height, width = resize["size"]
    points = [[x * width - 0.5, y * height - 0.5] for x, y in mean]
    align = {"points": points, "scale": crop["scale"], **resize}
    return replace(contract, pre=(Step("align", align), *contract.pre[2:]))


if __name__ == "__main__":
    enter(command, "python -m recipes.shelf.turned_accuracy")
