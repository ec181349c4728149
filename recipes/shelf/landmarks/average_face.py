"""A three-dimensional average face, computed from two-dimensional labels alone.

    python -m recipes.shelf.landmarks.average_face TRAINING_FACES TEST_FACES

writes `average_face.json`: the positions of the reference points, and the agreement of the
resulting head poses with the test set's columns headpose_yaw, headpose_pitch, headpose_roll.
"""

import json
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from recipes.shelf.crops import Crops, read_crops
from recipes.shelf.layouts import Layout, layout_of
from zoo.cli.entry import enter
from zoo.steps.head_pose import head_angles

__all__ = ["average_face", "factorize", "pose_errors"]

Array = NDArray[np.float64]

FILE = Path(__file__).with_suffix(".json")

# Ends of the brows, nose, corners of the eyes. Eleven, as in PFLD; none on the jaw or the mouth, so
# that a yawn does not look like a nod.
REFERENCE_POINTS = (17, 21, 22, 26, 27, 30, 33, 36, 39, 42, 45)

_ROUNDS = 200


def average_face(landmarks: Array, layout: Layout) -> Array:
    """Return [K, 3] points x right, y down, z away from the camera; inter-ocular distance 1.

    landmarks: [N, K, 2].  The face is symmetric and has the faces' average direction.
    """
    mirrored = landmarks[:, list(layout.mirror)] * [-1, 1]
    face = factorize(np.concatenate([landmarks, mirrored]))
    left, right = layout.eye_corners
    face = face / np.linalg.norm(face[left] - face[right])
    is_hollow = face[layout.nose_tip, 2] > face[[left, right], 2].mean()
    # A body and its depth mirror image look the same from all sides; noses point to the camera.
    face[:, 2] *= -1 if is_hollow else 1
    return face


def factorize(landmarks: Array) -> Array:
    """Return [K, 3] points of the rigid body that best explains [N, K, 2] views.

    Weak perspective: a view, centred, is s R S^T with scale s, the two upper rows R of a rotation
    and the body S. All views of unit size, stacked, have nearly rank 3, and their right singular
    vectors are S up to a linear map (Tomasi and Kanade 1992, "Shape and Motion from Image Streams
    under Orthography"). Alternately solving for s, R and S then finds that map: only the right one
    makes the rows of R orthonormal.
    """
    centred = landmarks - landmarks.mean(axis=1, keepdims=True)
    views = (centred / np.linalg.norm(centred, axis=(1, 2), keepdims=True)).transpose(0, 2, 1)
    shape: Array = np.linalg.svd(views.reshape(-1, landmarks.shape[1]), full_matrices=False)[2][
        :3
    ].T
    for _ in range(_ROUNDS):
        scaled = _scaled_rotations(views, shape)
        shape = np.linalg.lstsq(
            scaled.reshape(-1, 3), views.reshape(-1, landmarks.shape[1]), rcond=None
        )[0].T
    first, second = _orthonormal(_scaled_rotations(views, shape).mean(axis=0))
    upright: Array = shape @ np.stack([first, second, np.cross(first, second)]).T
    return upright


def _scaled_rotations(views: Array, shape: Array) -> Array:
    """Return s R [N, 2, 3] of [N, 2, K] views of a [K, 3] body; s by least squares, given R."""
    rotations = _orthonormal(views @ shape @ np.linalg.inv(shape.T @ shape))
    seen = rotations @ shape.T
    scale: Array = (seen * views).sum(axis=(1, 2)) / (seen * seen).sum(axis=(1, 2))
    return scale[:, None, None] * rotations


def _orthonormal(rows: Array) -> Array:
    """Return the nearest [..., 2, 3] matrices with orthonormal rows."""
    u, _, vt = np.linalg.svd(rows, full_matrices=False)
    nearest: Array = u @ vt
    return nearest


def pose_errors(crops: Crops, face: Array) -> dict[str, dict[str, float]]:
    """Return correlation and mean absolute difference to the set's own angles, by angle."""
    points = crops.landmarks[:, list(REFERENCE_POINTS)].astype(np.float64)
    found = head_angles(points, face)
    errors = {}
    for axis, name in enumerate(("yaw", "pitch", "roll")):
        labelled = crops.column(f"headpose_{name}")
        errors[name] = {
            "correlation": round(float(np.corrcoef(found[:, axis], labelled)[0, 1]), 3),
            "mean_abs_error_deg": round(float(np.abs(found[:, axis] - labelled).mean()), 2),
        }
    return errors


@click.command()
@click.argument("train", type=click.Path(path_type=Path), metavar="TRAINING_FACES")
@click.argument("test", type=click.Path(path_type=Path), metavar="TEST_FACES")
def main(train: Path, test: Path) -> None:
    """Write `average_face.json` beside this file."""
    layout = layout_of(68)
    crops = read_crops(train, layout.points)
    face = average_face(crops.landmarks.astype(np.float64), layout)[list(REFERENCE_POINTS)]
    tested = read_crops(test, layout.points)
    content: dict[str, Any] = {
        "source": f"{len(crops.rows)} training faces of 300-W and their mirror images",
        "axes": "x to the picture's right, y down, z away from the camera",
        "unit": "inter-ocular distance",
        "points": REFERENCE_POINTS,
        "face": (np.round(face, 4) + 0.0).tolist(),
        "head_pose_on_test": {"faces": len(tested.rows), **pose_errors(tested, face)},
    }
    FILE.write_text(json.dumps(content, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    enter(main, "python -m recipes.shelf.landmarks.average_face")
