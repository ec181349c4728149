"""nms: the best candidates for boxes, without those that overlap a better one."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.detections import Limits, survivors
from zoo.errors import StepError
from zoo.parameters import is_integer, refuse
from zoo.step import Frame, PostStep, Region, ValueSpec, seen_region

__all__ = ["STEP"]

_CANDIDATES = ("candidate_boxes", "candidate_scores", "candidate_classes")
_LABELS, _KEYPOINTS = "candidate_labels", "candidate_keypoints"
_LEAST = {"iou_percent": 0, "limit": 1, "candidates": 1}


class Nms(PostStep):
    """Add values 'boxes', 'scores', 'classes', and 'labels' and 'keypoints' where 'boxes' has them.

    'boxes': [N, 4] float64 x, y, width, height in photo pixels, pixel i covering [i, i + 1).
    'scores': [N] float64.  'classes': [N] int64.  'labels': [N] str.  'keypoints': [N, K, 2]
    float64 x, y in photo pixels, as landmarks: pixel i lies at i. The highest score is first;
    zoo.detections.survivors defines which remain.

    iou_percent: a candidate is dropped if it overlaps a better one more: intersection over union.
    limit: most boxes.  candidates: the highest scores that are considered.
    per_class: whether only boxes of the same class suppress each other.
    """

    name = "nms"
    parameters = MappingProxyType(
        {"iou_percent": 45, "limit": 100, "candidates": 1000, "per_class": True}
    )
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for ones that are out of range."""
        complete = super().complete(given)
        for name, least in _LEAST.items():
            if not is_integer(complete[name]) or complete[name] < least:
                refuse(self.name, complete, name, f"an integer of at least {least}")
        if complete["iou_percent"] > 100:
            refuse(self.name, complete, "iou_percent", "at most 100 percent")
        if not isinstance(complete["per_class"], bool):
            refuse(self.name, complete, "per_class", "true or false")
        return complete

    def adds(
        self,
        known: Mapping[str, ValueSpec],
        parameters: Mapping[str, Any],  # noqa: ARG002
    ) -> Mapping[str, ValueSpec]:
        """Return N rows; raises RecipeError without candidates."""
        if not set(_CANDIDATES) <= set(known):
            raise StepError(
                "contract step 'nms': there are no candidates; step 'boxes' must be before it"
            )
        added = {
            "boxes": ValueSpec((None, 4)),
            "scores": ValueSpec((None,)),
            "classes": ValueSpec((None,), "int64"),
        }
        if _LABELS in known:
            added["labels"] = ValueSpec((None,), "str")
        if _KEYPOINTS in known:
            added["keypoints"] = ValueSpec(known[_KEYPOINTS].shape)
        return added

    def consumes(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:  # noqa: ARG002
        """Return the candidates."""
        return (*_CANDIDATES, _LABELS, _KEYPOINTS)

    def apply(
        self, values: Mapping[str, NDArray[Any]], frame: Frame, parameters: Mapping[str, Any]
    ) -> Mapping[str, NDArray[Any]]:
        """Return the boxes; raises RecipeError if no step before the network sets the region."""
        region = seen_region(self.name, frame)
        boxes_q8, scores, classes = (values[name] for name in _CANDIDATES)
        limits = Limits(parameters["candidates"], parameters["limit"], parameters["iou_percent"])
        kept = survivors(boxes_q8, scores, limits, classes if parameters["per_class"] else None)
        places = _in_photo(boxes_q8[kept].reshape(-1, 2, 2), region, frame.image_hwc.shape)
        low, high = places[:, 0], places[:, 1]
        added = {
            "boxes": np.concatenate([low, high - low], axis=1),
            "scores": scores[kept],
            "classes": classes[kept],
        }
        if _LABELS in values:
            added["labels"] = values[_LABELS][kept]
        if _KEYPOINTS in values:
            points_q8 = values[_KEYPOINTS][kept]
            added["keypoints"] = _in_photo(points_q8, region, frame.image_hwc.shape) - 0.5
        return added


def _in_photo(
    places_q8: NDArray[np.int64], region: Region, image_hwc: tuple[int, ...]
) -> NDArray[np.float64]:
    """Return x, y [..., 2] in photo pixels, pixel i covering [i, i + 1).

    x = (x0 + x (width / (256 W))) / 256, and the same of y: region x0, width; input W pixels.
    """
    height, width = image_hwc[:2]
    origin = np.array([region.x0_q8, region.y0_q8], np.float64)
    scale = np.array([region.width_q8 / (256 * width), region.height_q8 / (256 * height)])
    pixels: NDArray[np.float64] = (origin + places_q8 * scale) / 256
    return pixels


STEP = Nms()
