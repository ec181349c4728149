"""Accuracy of detections: average precision, and recall at a rate of false positives.

Boxes are x0 y0 x1 y1 in pixels, from edge to edge. In order of their scores, detections match the
unmatched face with the largest overlap, if the intersection over union is at least 0.5. Faces that
do not count (invalid, or too small) are ignored: a detection that overlaps one, or lies half inside
it, is dropped. So is one that is too small and matches nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["PhotoDetections", "ScoredFaces", "detection_metrics", "overlaps", "scored_faces"]

Array = NDArray[np.float64]

IOU_LEAST = 0.5
FALSE_PER_PHOTO = 0.1


@dataclass(frozen=True)
class PhotoDetections:
    """Detections and faces of one photo.

    boxes: [D, 4]; scores: [D], higher is better.  faces: [F, 4]; valid: [F] bool, false for ignored
    labels.
    """

    boxes: Array
    scores: Array
    faces: Array
    valid: NDArray[np.bool_]


@dataclass(frozen=True)
class ScoredFaces:
    """Right and wrong detections of many photos, in no particular order.

    scores: [D]; right: [D] bool.  faces: number of faces that count.  photos: number of photos.
    """

    scores: Array
    right: NDArray[np.bool_]
    faces: int
    photos: int

    @property
    def average_precision(self) -> float:
        """Area under the precision-recall curve, in 0..1, with monotone precision.

        As in PASCAL VOC since 2010, over the scores that occur: detections with equal scores are
        accepted together, so their order does not matter.
        """
        recall, precision = self.precision_recall
        envelope = np.maximum.accumulate(precision[::-1])[::-1]
        return float(np.sum(np.diff(recall, prepend=0) * envelope))

    @property
    def precision_recall(self) -> tuple[Array, Array]:
        """Recall, which never falls, and precision, in 0..1, at each score that occurs."""
        _, right, wrong = self._curve()
        return right / max(self.faces, 1), right / np.maximum(right + wrong, 1)

    def threshold_at(self, false_per_photo: float) -> float:
        """Return the lowest score within that number of false positives, infinity for none."""
        scores, _, wrong = self._curve()
        allowed = scores[wrong <= false_per_photo * self.photos]
        return float(allowed[-1]) if len(allowed) else float("inf")

    def recall_at(self, false_per_photo: float) -> float:
        """Return the recall within that number of false positives, in 0..1."""
        found = self.right[self.scores >= self.threshold_at(false_per_photo)]
        return float(found.sum()) / max(self.faces, 1)

    def _curve(self) -> tuple[Array, NDArray[np.int64], NDArray[np.int64]]:
        """Return the scores in descending order, with cumulative right and wrong detections."""
        order = np.argsort(-self.scores, kind="stable")
        scores, right = self.scores[order], self.right[order]
        last = np.flatnonzero(np.append(scores[1:] != scores[:-1], True)[: len(scores)])
        right_count: NDArray[np.int64] = np.cumsum(right, dtype=np.int64)
        return scores[last], right_count[last], (np.arange(len(scores)) + 1 - right_count)[last]


def detection_metrics(photos: Sequence[PhotoDetections], smallest_px: float) -> dict[str, float]:
    """Return the metrics for faces with a shorter side of at least `smallest_px`, by name."""
    scored = scored_faces(photos, smallest_px)
    size = f"{smallest_px:g}px"
    return {
        f"ap_{size}_percent": 100 * scored.average_precision,
        f"recall_{FALSE_PER_PHOTO}fp_{size}_percent": 100 * scored.recall_at(FALSE_PER_PHOTO),
    }


def scored_faces(photos: Sequence[PhotoDetections], smallest_px: float) -> ScoredFaces:
    """Return which detections are right, and which wrong, for faces of at least that size."""
    judged = [_judge(photo, smallest_px) for photo in photos]
    return ScoredFaces(
        scores=np.concatenate([scores for scores, _, _ in judged] or [np.zeros(0)]),
        right=np.concatenate([right for _, right, _ in judged] or [np.zeros(0, np.bool_)]),
        faces=sum(count for _, _, count in judged),
        photos=len(photos),
    )


def overlaps(a: Array, b: Array) -> tuple[Array, Array]:
    """Return the intersection over union, and over the area of a: [A, B] of [A, 4] and [B, 4]."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    both = np.clip(high - low, 0, None).prod(axis=2)
    area_a, area_b = (np.clip(box[:, 2:] - box[:, :2], 0, None).prod(axis=1) for box in (a, b))
    union = area_a[:, None] + area_b - both
    return _ratio(both, union), _ratio(both, np.broadcast_to(area_a[:, None], both.shape))


def _ratio(part: Array, whole: Array) -> Array:
    """Return part / whole, 0 if both are."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _judge(photo: PhotoDetections, smallest_px: float) -> tuple[Array, NDArray[np.bool_], int]:
    """Return scores and rightness of the detections that count, and the number of faces."""
    counts = photo.valid & _at_least(photo.faces, smallest_px)
    order = np.argsort(-photo.scores, kind="stable")
    iou, inside = overlaps(photo.boxes[order], photo.faces)
    right = _matches(np.where(counts, iou, 0.0))
    excused = ((np.maximum(iou, inside) >= IOU_LEAST) & ~counts).any(axis=1)
    judged = right | (~excused & _at_least(photo.boxes[order], smallest_px))
    return photo.scores[order][judged], right[judged], int(counts.sum())


def _matches(iou: Array) -> NDArray[np.bool_]:
    """Return which detections match a face; the first rows of [D, F] choose first."""
    free, right = iou.copy(), np.zeros(len(iou), np.bool_)
    for index in range(len(iou) if iou.size else 0):
        best = int(np.argmax(free[index]))
        if free[index, best] >= IOU_LEAST:
            right[index] = True
            free[:, best] = 0.0
    return right


def _at_least(boxes: Array, smallest_px: float) -> NDArray[np.bool_]:
    """Return which boxes have both sides of at least `smallest_px`."""
    large: NDArray[np.bool_] = np.all(boxes[:, 2:] - boxes[:, :2] >= smallest_px, axis=1)
    return large
