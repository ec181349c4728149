"""Finds the point of the mesh that is nearest to each of iBUG's 68 landmarks.

    python -m recipes.facemesh.nearest_points TRAIN

TRAIN: faces with 68 landmarks, as for --data. Prints recipes.facemesh.ibug68.NEAREST: by the mean
distance over all faces, relative to the inter-ocular one, with the float network in the labels'
boxes.
"""

import json
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from recipes.facemesh.recipe import recipe
from recipes.shelf.chain_accuracy import float_run
from recipes.shelf.face_data import read_faces
from recipes.shelf.landmark_evaluation import predict
from recipes.shelf.landmark_metrics import normalizers
from recipes.shelf.layouts import layout_of
from zoo.cli.entry import enter
from zoo.data.regions import landmark_box

__all__ = ["nearest_points"]

Points = NDArray[np.float64]


@click.command()
@click.argument("train", type=click.Path(path_type=Path))
def command(train: Path) -> None:
    """Print the mesh's points that are nearest to the labels of TRAIN."""
    model = recipe()
    run, crops = float_run(model), read_faces(train, "train", 68)
    meshes = [
        predict(model.contract, run, image, landmark_box(face))
        for image, face in zip(crops.images, crops.landmarks, strict=True)
    ]
    click.echo(json.dumps(nearest_points(np.stack(meshes), crops.landmarks.astype(np.float64))))


def nearest_points(meshes: Points, labels: Points) -> list[int]:
    """Return for each label the index of the point that is nearest on average.

    meshes: [N, M, 2].  labels: [N, 68, 2] in the same pixels.
    """
    lengths = normalizers(labels, layout_of(labels.shape[1]))["interocular"]
    total = np.zeros((meshes.shape[1], labels.shape[1]))
    for mesh, face, length in zip(meshes, labels, lengths, strict=True):
        total += np.linalg.norm(mesh[:, np.newaxis] - face, axis=2) / length
    nearest: list[int] = total.argmin(axis=0).tolist()
    return nearest


if __name__ == "__main__":
    enter(command, "python -m recipes.facemesh.nearest_points")
