"""Regions of a chain: from a detector's boxes, and from landmarks. The C++ form is the app's core.

All in double precision, in this order of operations, so that every form gives the same bits.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from zoo.region_rule import RegionRule
from zoo.step import Box, Place, is_box

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["landmark_box", "places_of", "regions_of"]


def regions_of(boxes: "NDArray[Any]", rule: RegionRule) -> Iterator[tuple[int, Box]]:
    """Yield the row and the region of each of the boxes [N, 4] x, y, width, height.

    Those that no contract takes, below a pixel or far out of the photo, are left out.
    """
    for row, box in enumerate(boxes.tolist()):
        region = _region(box, rule)
        if is_box(region):
            yield row, region


def landmark_box(landmarks: "NDArray[Any]") -> Box:
    """Return the box around the pixels of landmarks [K, 2], pixel i covering [i, i + 1).

    Landmarks have pixel centres at integers. It is computed in their own precision.
    """
    low, high = landmarks.min(axis=0), landmarks.max(axis=0)
    x, y = (low + 0.5).tolist()
    width, height = (high - low).tolist()
    return x, y, width, height


def places_of(points: "NDArray[Any]") -> tuple[Place, ...]:
    """Return points [K, 2] as the pairs that `zoo.step.Frame.points` has."""
    return tuple((x, y) for x, y in points.tolist())


def _region(box: Sequence[float], rule: RegionRule) -> Box:
    width = rule.width[0] * box[2] + rule.width[1] * box[3]
    height = rule.height[0] * box[2] + rule.height[1] * box[3]
    x = box[0] + box[2] / 2 + rule.shift[0] * box[2]
    y = box[1] + box[3] / 2 + rule.shift[1] * box[3]
    return x - width / 2, y - height / 2, width, height
