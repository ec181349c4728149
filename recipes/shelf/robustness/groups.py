"""Groups: accuracy on unchanged photos by head pose, region of the face, attribute and subset."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from recipes.shelf.crops import Crops
from recipes.shelf.landmark_metrics import face_metrics
from recipes.shelf.layouts import Layout
from recipes.shelf.robustness.face import Face
from zoo import registry
from zoo.contract import Contract
from zoo.data.evaluation import Measurement
from zoo.step import Frame

__all__ = ["measure_groups"]

_YAW_DEG = {
    "below 10 deg": (0.0, 10.0),
    "10 to 20 deg": (10.0, 20.0),
    "above 20 deg": (20.0, np.inf),
}
_PITCH_DEG = {
    "down, below -10 deg": (-np.inf, -10.0),
    "level": (-10.0, 10.0),
    "up, above 10 deg": (10.0, np.inf),
}
_ATTRIBUTE = "attr_"

Array = NDArray[np.float64]
Group = tuple[str, str, NDArray[np.bool_]]


def measure_groups(
    contract: Contract, crops: Crops, faces: Sequence[Face], errors: Array, layout: Layout
) -> Iterator[Measurement]:
    """Yield a line for each region and each non-empty group. errors: [N, K]."""
    for region, points in layout.regions.items():
        yield Measurement("region", region, len(errors), face_metrics(errors[:, list(points)]))
    for test, name, members in (*_by_pose(contract, crops, faces), *_by_column(crops)):
        if members.any():
            metrics = face_metrics(errors[members])
            yield Measurement(test, name, int(members.sum()), metrics)


def _by_pose(contract: Contract, crops: Crops, faces: Sequence[Face]) -> Iterator[Group]:
    yaw, pitch = _head_pose(contract, crops, faces)
    for name, (low, high) in _YAW_DEG.items():
        yield "head pose, |yaw|", name, (low <= np.abs(yaw)) & (np.abs(yaw) < high)
    for name, (low, high) in _PITCH_DEG.items():
        yield "head pose, pitch", name, (low <= pitch) & (pitch < high)


def _head_pose(contract: Contract, crops: Crops, faces: Sequence[Face]) -> tuple[Array, Array]:
    """Return yaw and pitch [N] in degrees, from the data or the contract's step.

    nan if neither is available.
    """
    if "headpose_yaw" in crops.rows[0]:
        return crops.column("headpose_yaw"), crops.column("headpose_pitch")
    angles = np.full((len(faces), 3), np.nan)
    for step in contract.post:
        if step.name == "head_pose":
            plugin = registry.load("step", step.name)
            parameters = plugin.complete(step.parameters)
            for index, face in enumerate(faces):
                values = {"landmarks": face.landmarks}
                frame = Frame(face.image_hwc, face.box)
                angles[index] = plugin.apply(values, frame, parameters)["head_pose"]
    return angles[:, 0], angles[:, 1]


def _by_column(crops: Crops) -> Iterator[Group]:
    for column in crops.rows[0]:
        if column.startswith(_ATTRIBUTE):
            name = column.removeprefix(_ATTRIBUTE)
            yield "attribute", name, crops.column(column) == 1
    subsets = np.array([row.get("subset", "") for row in crops.rows])
    names = sorted(set(subsets.tolist()))
    if len(names) > 1:
        yield from (("subset", name, subsets == name) for name in names)
