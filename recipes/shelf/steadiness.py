"""Measures how often landmarks stay when an app looks again where they are (docs/chains.md).

    python -m recipes.shelf.steadiness FACES PHOTOS [--network NAME]... [--json]

FACES: labelled faces; PHOTOS: photos with the boxes of all their faces; both as for --data. Prints
a Markdown table: the share of faces whose landmarks stay, with their box moved by parts of its
side, and that of windows without a face. A tracking app calls an object lost if they do not.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from recipes.shelf.boxed_photos import photos_of
from recipes.shelf.face_data import crops_of, find_faces
from recipes.shelf.landmark_evaluation import landmark_count, predict
from zoo import registry
from zoo.cli.entry import enter
from zoo.data.labelled_data import find_data
from zoo.data.regions import landmark_box
from zoo.picture import read_picture
from zoo.plugs import Run
from zoo.recipe import Recipe
from zoo.step import Box, is_box

__all__ = ["stays", "steadiness"]

LARGEST_MOVE = 0.008
LOOKS = 4
"""As in the app's core: kLargestMove, kLooksInDoubt."""

_SHIFTS = (0.0, 0.03, 0.06, 0.1)
_EVERY = 3
"""One of so many faces is enough."""
_WINDOWS, _SIDES_PX = 3, (24.0, 110.0)
"""Windows in a photo, and the range of their sides."""

Image = NDArray[np.uint8]
Window = tuple[Image, Box]


@click.command()
@click.argument("faces", type=click.Path(path_type=Path))
@click.argument("photos", type=click.Path(path_type=Path))
@click.option("--network", "networks", multiple=True, default=("pfld",), show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(faces: Path, photos: Path, networks: Sequence[str], as_json: bool) -> None:
    """Measure how often landmarks stay."""
    recipes = [registry.load("recipe", name) for name in networks]
    found = {recipe.name: steadiness(recipe, faces, photos) for recipe in recipes}
    if as_json:
        click.echo(json.dumps(found))
        return
    names = list(next(iter(found.values())))
    click.echo(f"| network | {' | '.join(names)} |")
    click.echo("| --- |" + " --- |" * len(names))
    for name, shares in found.items():
        click.echo(f"| {name} | {' | '.join(f'{100 * s:.1f} %' for s in shares.values())} |")


def steadiness(recipe: Recipe, faces: Path, photos: Path) -> Mapping[str, float]:
    """Return the share of windows in which landmarks stay, by kind of window."""
    hub = recipe.demand_float_hub()
    run: Run = registry.load("executor", "onnxruntime").load(hub.parent, hub.name)
    crops = crops_of(find_faces(faces, "test", landmark_count(recipe.contract)))
    chosen = slice(None, None, _EVERY)
    labelled = [
        (image, landmark_box(landmarks))
        for image, landmarks in zip(crops.images[chosen], crops.landmarks[chosen], strict=True)
    ]
    windows: dict[str, Sequence[Window]] = {}
    for shift in _SHIFTS:
        name = f"{len(labelled)} faces, box moved by {100 * shift:.0f} %"
        windows[name] = list(_moved(labelled, shift))
    empty = list(_without_face(photos))
    windows[f"{len(empty)} windows without a face"] = empty
    return {
        name: float(np.mean([stays(recipe, run, *window) for window in of_kind]))
        for name, of_kind in windows.items()
    }


def stays(recipe: Recipe, run: Run, image: Image, box: Box) -> bool:
    """Return whether the landmarks stay after at most LOOKS looks, the first in a box."""
    before = predict(recipe.contract, run, image, box)
    for _ in range(1, LOOKS):
        again = landmark_box(before)
        if not is_box(again):
            return False
        now = predict(recipe.contract, run, image, again)
        moved = np.hypot(*(now - before).T).mean() / max(landmark_box(now)[2:])
        if moved <= LARGEST_MOVE:
            return True
        before = now
    return False


def _moved(faces: Sequence[Window], shift: float) -> Iterator[Window]:
    """Yield faces with their box moved diagonally, by a part of its longer side."""
    random = np.random.default_rng(0)
    for image, (x, y, width, height) in faces:
        dx, dy = (random.choice([-1, 1], 2) * shift * max(width, height)).tolist()
        yield image, (x + dx, y + dy, width, height)


def _without_face(data: Path) -> Iterator[Window]:
    """Yield square windows of photos that overlap no box."""
    random = np.random.default_rng(0)
    for photo in photos_of(find_data(data, "test")):
        image = read_picture(photo.path)
        height, width = image.shape[:2]
        for _ in range(_WINDOWS):
            side = float(random.uniform(*_SIDES_PX))
            if side > min(height, width):
                continue
            x, y = random.uniform(0, (width - side, height - side)).tolist()
            if not _overlaps((x, y, side, side), photo.boxes):
                yield image, (x, y, side, side)


def _overlaps(box: Box, boxes: NDArray[np.float64]) -> bool:
    """Return whether a box overlaps one of [F, 4] x0 y0 x1 y1."""
    low = np.maximum(boxes[:, :2], box[:2])
    high = np.minimum(boxes[:, 2:], np.add(box[:2], box[2:]))
    return bool((low < high).all(axis=1).any())


if __name__ == "__main__":
    enter(command, "python -m recipes.shelf.steadiness")
