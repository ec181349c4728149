"""Computes the mean faces that the networks' outputs are relative to.

    python -m recipes.shelf.landmarks.average_places FACES...

writes `mean_faces.json` from labelled faces, one data set for each number of landmarks.
"""

import json
from collections.abc import Sequence

import click
import numpy as np
from numpy.typing import NDArray

from recipes.shelf.face_data import read_faces
from recipes.shelf.landmarks.mean_face import FILE
from recipes.shelf.layouts import Layout, layout_of
from zoo.cli.entry import enter

__all__ = ["average_places"]

BOX_SCALE = 1.2
"""Side of the cut over the longer side of the landmarks' box."""

Array = NDArray[np.float64]


def average_places(landmarks: Array, layout: Layout) -> Array:
    """Return [K, 2], the mean of [N, K, 2] in upright crops over faces and their mirror images."""
    low, high = landmarks.min(axis=1), landmarks.max(axis=1)
    sides = BOX_SCALE * (high - low).max(axis=1)
    centres = (low + high) / 2
    mean = ((landmarks - centres[:, None]) / sides[:, None, None]).mean(axis=0)
    symmetric: Array = (mean + mean[list(layout.mirror)] * [-1, 1]) / 2 + 0.5
    return symmetric


@click.command()
@click.argument("specs", nargs=-1, required=True, metavar="FACES...")
def main(specs: Sequence[str]) -> None:
    """Write `mean_faces.json`."""
    faces = {}
    for spec in specs:
        landmarks = read_faces(spec, "train").landmarks.astype(np.float64)
        places = average_places(landmarks, layout_of(landmarks.shape[1]))
        faces[str(landmarks.shape[1])] = np.round(places, 4).tolist()
    FILE.write_text(json.dumps(faces) + "\n", "utf-8")


if __name__ == "__main__":
    enter(main, "python -m recipes.shelf.landmarks.average_places")
