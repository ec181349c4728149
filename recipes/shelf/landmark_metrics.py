"""Accuracy of landmarks, in numpy.

Point-to-point errors are divided by a distance of the same face: between the outer eye corners
(inter-ocular), between the centres of the eyes (inter-pupil), or sqrt(width * height) of the
landmarks' box. Definitions as in Sagonas et al. 2016, "300 Faces In-The-Wild Challenge: database
and results", section 5.
"""

import numpy as np
from numpy.typing import NDArray

from recipes.shelf.layouts import Layout
from zoo.errors import LabelError

__all__ = ["curve_area", "face_metrics", "landmark_metrics", "normalizers", "point_errors"]

Array = NDArray[np.float64]

THRESHOLD = 0.1


def landmark_metrics(predicted: Array, target: Array, layout: Layout) -> dict[str, float]:
    """Return the usual metrics by name, with the unit in the name.

    predicted, target: [N, K, 2] in one unit.  Failures, area and points use errors relative to the
    inter-ocular distance with the threshold 0.1: a failure is a face with a mean error above it;
    `points_within_0.1_percent` counts single points below it.
    """
    distances = np.linalg.norm(predicted - target, axis=2)
    by_name = normalizers(target, layout)
    nme = {name: distances.mean(axis=1) / length for name, length in by_name.items()}
    metrics = {f"nme_{name}_percent": 100 * float(errors.mean()) for name, errors in nme.items()}
    faces = nme["interocular"]
    points = distances / by_name["interocular"][:, None]
    return metrics | {
        "failure_rate_0.1_percent": 100 * float((faces > THRESHOLD).mean()),
        "auc_0.1_percent": 100 * curve_area(faces, THRESHOLD),
        "points_within_0.1_percent": 100 * float((points < THRESHOLD).mean()),
    }


def point_errors(predicted: Array, target: Array, layout: Layout) -> Array:
    """Return [N, K] distances between points, relative to the inter-ocular distance."""
    lengths = normalizers(target, layout)["interocular"]
    errors: Array = np.linalg.norm(predicted - target, axis=2) / lengths[:, None]
    return errors


def face_metrics(errors: Array) -> dict[str, float]:
    """Return mean error and failure rate of the [N, K] errors of some faces or some points."""
    faces = errors.mean(axis=1)
    return {
        "nme_interocular_percent": 100 * float(faces.mean()),
        "failure_rate_0.1_percent": 100 * float((faces > THRESHOLD).mean()),
    }


def normalizers(target: Array, layout: Layout) -> dict[str, Array]:
    """Return the lengths [N] to normalise errors; raises DataError if one is zero."""
    left, right = (target[:, corner] for corner in layout.eye_corners)
    left_eye, right_eye = (target[:, list(eye)].mean(axis=1) for eye in layout.eyes)
    box = target.max(axis=1) - target.min(axis=1)
    lengths = {
        "interocular": np.linalg.norm(left - right, axis=1),
        "interpupil": np.linalg.norm(left_eye - right_eye, axis=1),
        "box": np.sqrt(box.prod(axis=1)),
    }
    for name, length in lengths.items():
        if not (length > 0).all():
            face = int(np.argmin(length > 0))
            raise LabelError(
                f"face {face}: its {name} distance is {length[face]}, so errors cannot be "
                "normalised; correct or remove its labels"
            )
    return lengths


def curve_area(errors: Array, threshold: float) -> float:
    """Return the area under the cumulative error distribution F up to the threshold, in 0..1.

    (1 / t) * integral of F(e) de over 0..t = mean of max(0, 1 - e / t), exactly.
    """
    return float(np.maximum(0, 1 - errors / threshold).mean())
