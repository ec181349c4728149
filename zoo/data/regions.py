"""Regions of a chain: from a detector's boxes, and from landmarks. The C++ form is the app's core.

All in double precision, in this order of operations, so that every form gives the same bits.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from zoo.region_rule import RegionRule
from zoo.step import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["is_region", "landmark_box", "regions_of"]

_LIMIT_PX = 1 << 20


def regions_of(boxes: "NDArray[Any]", rule: RegionRule) -> Iterator[tuple[int, Box]]:
    """Yield the row and the region of each of the boxes [N, 4] x, y, width, height.

    Those that no contract takes, below a pixel or far out of the photo, are left out.
    """
    for row, box in enumerate(boxes.tolist()):
        region = _region(box, rule)
        if is_region(region):
            yield row, region


def is_region(box: Box) -> bool:
    """Whether a box has an area and may lie in a photo; no for nan."""
    return all(abs(value) < _LIMIT_PX for value in box) and min(box[2:]) >= 1


def landmark_box(landmarks: "NDArray[Any]") -> Box:
    """Return the bounding box of the pixels of landmarks [K, 2], whose centres are at integers."""
    (x0, y0), (x1, y1) = landmarks.min(axis=0).tolist(), landmarks.max(axis=0).tolist()
    return x0 + 0.5, y0 + 0.5, x1 - x0, y1 - y0


def _region(box: Sequence[float], rule: RegionRule) -> Box:
    width = rule.width[0] * box[2] + rule.width[1] * box[3]
    height = rule.height[0] * box[2] + rule.height[1] * box[3]
    x = box[0] + box[2] / 2 + rule.shift[0] * box[2]
    y = box[1] + box[3] / 2 + rule.shift[1] * box[3]
    return x - width / 2, y - height / 2, width, height
