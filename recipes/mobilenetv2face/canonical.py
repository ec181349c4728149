"""Canonical boxes: the sizes that faces have in training crops, by clustering.

    python -m recipes.mobilenetv2face.canonical DATA [--count N]... [--crops N]

DATA: photos with boxes of faces, as for `zoo train`. Prints the content of canonical_boxes.json.

Hu and Ramanan 2017, "Finding Tiny Faces", section 3: clusters of widths and heights under the
distance 1 - IoU of boxes with the same centre. A cluster's box has the medians of its members.
"""

import json
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from recipes.facedet.data import read_images
from recipes.facedet.samples import LabelledImage, crop
from recipes.mobilenetv2face.variants import SIZE
from zoo.cli.entry import enter
from zoo.data.labelled_data import find_data
from zoo.errors import DataError

__all__ = ["cluster", "sides_in_crops"]

_ROUNDS = 200
_SMALLEST_PX = 8.0
"""Smaller faces are many, but half a cell of the finest map at most."""

Sides = NDArray[np.float64]
"""[N, 2] widths and heights in pixels."""


def cluster(sides: Sides, count: int, seed: int = 0) -> Sides:
    """Return the [count, 2] canonical boxes by area; raises DataError for too few different ones.

    The first boxes are spread over the quantiles of the area, so that the result hardly depends on
    chance; an empty cluster begins anew at a random box.
    """
    different = np.unique(sides, axis=0)
    if len(different) < count:
        raise DataError(f"{len(different)} different boxes of faces cannot make {count} clusters")
    random = np.random.default_rng(seed)
    by_area = _by_area(different)
    centres = by_area[np.linspace(0, len(by_area) - 1, 2 * count + 1).astype(int)[1::2]]
    for _ in range(_ROUNDS):
        nearest = _overlap(sides, centres).argmax(axis=1)
        members = [sides[nearest == k] for k in range(count)]
        moved = np.array([np.median(m if len(m) else random.choice(sides, 1), 0) for m in members])
        if np.array_equal(moved, centres):
            break
        centres = moved
    return _by_area(centres)


def sides_in_crops(photos: list[LabelledImage], crops: int, seed: int = 0) -> Sides:
    """Return the sides of the faces that random training crops of the board's size show."""
    random = np.random.default_rng(seed)
    found = [crop(photos, SIZE, 0.0, random) for _ in range(crops)]
    sides: Sides = np.concatenate([(p.boxes[:, 2:] - p.boxes[:, :2])[p.valid] for p in found])
    large: Sides = sides[sides.min(axis=1) >= _SMALLEST_PX]
    return large


def _by_area(sides: Sides) -> Sides:
    ordered: Sides = sides[np.argsort(sides.prod(axis=1), kind="stable")]
    return ordered


def _overlap(sides: Sides, centres: Sides) -> Sides:
    """Return [N, K] intersections over union of boxes with the same centre."""
    both = np.minimum(sides[:, None], centres).prod(axis=2)
    union = sides.prod(axis=1)[:, None] + centres.prod(axis=1) - both
    overlap: Sides = both / union
    return overlap


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--count", "counts", multiple=True, type=click.IntRange(1), default=(25, 9))
@click.option("--crops", type=click.IntRange(1), default=3000, show_default=True)
def main(data: Path, counts: tuple[int, ...], crops: int) -> None:
    """Print the canonical boxes of DATA's faces in training crops."""
    photos, _ = read_images(find_data(data, "train"))
    sides = sides_in_crops(photos, crops)
    found = {str(count): _by_area(cluster(sides, count).round(1)).tolist() for count in counts}
    lines = ",\n".join(f' "{count}": {json.dumps(boxes)}' for count, boxes in found.items())
    click.echo(f"{{\n{lines}\n}}")


if __name__ == "__main__":
    enter(main, "python -m recipes.mobilenetv2face.canonical")
