"""Class weights of PFLD's loss, from the rarity of faces.

Guo et al. 2019, arXiv:1902.10859, section 3: faces belong to classes (profile, frontal, head up,
head down, expression, occlusion), weighted inversely to the frequency of their classes.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from recipes.shelf.labelled_faces import LabelledFaces

__all__ = ["class_weights", "face_classes"]

Bools = NDArray[np.bool_]

_PROFILE_DEG, _TILT_DEG = 25.0, 12.0


def face_classes(faces: LabelledFaces, angles: NDArray[np.float64]) -> Mapping[str, Bools]:
    """Return the members of each class, [N]; a face may belong to several or none.

    angles: [N, 3] yaw, pitch, roll in degrees.  Expression and occlusion are the columns
    attr_expression and attr_occlusion of data sets that have them.
    """
    yaw, pitch = np.abs(angles[:, 0]), angles[:, 1]
    return {
        "profile": yaw > _PROFILE_DEG,
        "frontal": (yaw <= _PROFILE_DEG) & (np.abs(pitch) <= _TILT_DEG),
        "head_up": pitch > _TILT_DEG,
        "head_down": pitch < -_TILT_DEG,
        "expression": _flag(faces, "attr_expression"),
        "occlusion": _flag(faces, "attr_occlusion"),
    }


def class_weights(classes: Mapping[str, Bools]) -> NDArray[np.float32]:
    """Return [N] weights of mean 1, the sum over a face's classes of 1 / frequency.

    Classes without faces are ignored; a face without a class has the weight of the most frequent
    class.
    """
    frequencies = {name: members.mean() for name, members in classes.items() if members.any()}
    count = len(next(iter(classes.values())))
    weights = np.zeros(count)
    for name, frequency in frequencies.items():
        weights += classes[name] / frequency
    smallest = 1 / max(frequencies.values(), default=1.0)
    weights[weights == 0] = smallest
    normalised: NDArray[np.float32] = (weights / weights.mean()).astype(np.float32)
    return normalised


def _flag(faces: LabelledFaces, column: str) -> Bools:
    return np.array([row.get(column) == "1" for row in faces.rows], bool)
