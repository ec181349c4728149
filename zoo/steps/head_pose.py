"""head_pose: yaw, pitch and roll of the head from a few landmarks."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import StepError
from zoo.parameters import is_integers, is_numbers, refuse
from zoo.step import Frame, PostStep, ValueSpec

__all__ = ["STEP", "head_angles"]

_FLAT = 1e-9


class HeadPose(PostStep):
    """Add value 'head_pose': [3] float64 yaw, pitch, roll in degrees, from 'landmarks'.

    Yaw > 0: the face looks to the picture's right; pitch > 0: up; roll > 0: it is rotated
    clockwise in the picture. nan if the landmarks are collinear.

    points: K indices of landmarks.
    face: their K positions [x, y, z] on an average face that looks into the camera: x to the
    picture's right, y down, z away from the camera; any unit, any origin.
    """

    name = "head_pose"
    parameters = MappingProxyType({"points": None, "face": None})
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for a face that determines no rotation."""
        complete = super().complete(given)
        points, face = complete["points"], complete["face"]
        if not is_integers(points) or min(points) < 0:
            refuse(self.name, complete, "points", "a list of landmark indices")
        if not _is_solid(face) or len(face) != len(points):
            raise StepError(
                f"contract step 'head_pose': face must be a list of [x, y, z], one for each of "
                f"the {len(points)} points, not all in one plane"
            )
        return complete

    def adds(
        self,
        known: Mapping[str, ValueSpec],  # noqa: ARG002
        parameters: Mapping[str, Any],  # noqa: ARG002
    ) -> Mapping[str, ValueSpec]:
        """Return [3]."""
        return {"head_pose": ValueSpec((3,))}

    def apply(
        self,
        values: Mapping[str, NDArray[Any]],
        frame: Frame,  # noqa: ARG002
        parameters: Mapping[str, Any],
    ) -> Mapping[str, NDArray[Any]]:
        """Return the angles; raises RecipeError for too few landmarks."""
        landmarks, last = values.get("landmarks"), max(parameters["points"])
        if landmarks is None or landmarks.ndim != 2 or len(landmarks) <= last:
            raise StepError(
                f"contract step 'head_pose': point {last} is not among the landmarks; put a step "
                "'landmarks' with that many before it"
            )
        face = np.array(parameters["face"], np.float64)
        return {"head_pose": head_angles(landmarks[list(parameters["points"])], face)}


def head_angles(points: NDArray[np.float64], face: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return [..., 3] yaw, pitch, roll in degrees from [..., K, 2] points of a [K, 3] face.

    Weak perspective: points ~ s R' face + t, where R' is the upper two rows of the rotation R.
    With centred points p and face q:

        A  = p^T q (q^T q)^-1          least squares, the best affine map [2, 3]
        R' = (A A^T)^(-1/2) A          the nearest one with orthonormal rows
        R  = Rz(roll) Ry(-yaw) Rx(-pitch)

    The root of a 2 x 2 matrix M is (M + d I) / sqrt(trace M + 2 d), d = sqrt(det M).
    """
    model = _centred(face)
    affine = _centred(points).swapaxes(-1, -2) @ model @ np.linalg.inv(model.T @ model)
    gram = affine @ affine.swapaxes(-1, -2)
    trace = gram[..., 0, 0] + gram[..., 1, 1]
    det = gram[..., 0, 0] * gram[..., 1, 1] - gram[..., 0, 1] * gram[..., 1, 0]
    det = np.where(det > _FLAT * trace**2, det, np.nan)[..., None, None]
    root = (gram + np.sqrt(det) * np.eye(2)) / np.sqrt(trace[..., None, None] + 2 * np.sqrt(det))
    first, second = np.moveaxis(np.linalg.inv(root) @ affine, -2, 0)
    third = np.cross(first, second)
    yaw = np.arcsin(third[..., 0].clip(-1, 1))
    pitch = np.arctan2(-third[..., 1], third[..., 2])
    roll = np.arctan2(second[..., 0], first[..., 0])
    angles: NDArray[np.float64] = np.degrees(np.stack([yaw, pitch, roll], axis=-1))
    return angles


def _is_solid(face: object) -> bool:
    places = face if isinstance(face, list | tuple) else ()
    if not places or not all(is_numbers(place) and len(place) == 3 for place in places):
        return False
    return bool(np.linalg.matrix_rank(_centred(np.array(places, np.float64))) == 3)


def _centred(points: NDArray[np.float64]) -> NDArray[np.float64]:
    centred: NDArray[np.float64] = points - points.mean(-2, keepdims=True)
    return centred


STEP = HeadPose()
