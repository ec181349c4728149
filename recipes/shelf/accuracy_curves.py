"""Curves of an evaluation, to draw: cumulative error, precision and recall, ROC."""

import numpy as np
from numpy.typing import NDArray

from recipes.shelf.detection_metrics import ScoredFaces
from recipes.shelf.landmark_metrics import THRESHOLD
from zoo.data.evaluation import Curve

__all__ = ["cumulative_error", "precision_recall", "receiver_operating"]

Array = NDArray[np.float64]

_MOST = 1000
"""Points that are kept, evenly among all: more than a drawing shows."""


def cumulative_error(errors: Array, missed: int = 0) -> Curve:
    """Return the share of faces whose error is at most x.

    errors: [N] means of the faces' points, relative to the inter-ocular distance; nan counts as
    infinite.  missed: further faces, which were not found.
    """
    known = np.sort(errors[np.isfinite(errors)])
    shares = np.arange(len(known) + 1) / max(len(errors) + missed, 1)
    return Curve(
        name="Cumulative error",
        x="error, % of the distance of the outer eye corners",
        y="faces, %",
        x_limit=100 * THRESHOLD,
        y_limit=100,
        points=_points(100 * np.concatenate([[0.0], known]), 100 * shares),
        is_step=True,
    )


def precision_recall(scored: ScoredFaces, smallest_px: float) -> Curve:
    """Return the precision at each recall, for faces of at least that size."""
    recall, precision = scored.precision_recall
    return Curve(
        name=f"Precision and recall, faces from {smallest_px:g} pixels",
        x="recall, %",
        y="precision, %",
        x_limit=100,
        y_limit=100,
        points=_points(100 * recall, 100 * precision),
    )


def receiver_operating(scores: Array, is_positive: NDArray[np.bool_], positives: str) -> Curve:
    """Return the ROC curve: true positives at each rate of false ones.

    scores: [N], higher for what is more probably positive; nan comes last.
    positives: what they are, such as 'faces'.
    """
    order = np.argsort(-np.nan_to_num(scores, nan=-np.inf), kind="stable")
    ordered, right = scores[order], is_positive[order]
    # Equal scores are accepted together, so their order does not matter.
    last = np.append(ordered[1:] != ordered[:-1], True)[: len(ordered)]
    found = np.cumsum(right)[last] / max(int(right.sum()), 1)
    wrong = np.cumsum(~right)[last] / max(int((~right).sum()), 1)
    return Curve(
        name="ROC",
        x=f"others taken for {positives}, %",
        y=f"{positives} found, %",
        x_limit=100,
        y_limit=100,
        points=((0.0, 0.0), *_points(100 * wrong, 100 * found)),
    )


def _points(x: Array, y: Array) -> tuple[tuple[float, float], ...]:
    """Return at most _MOST of the points, the first and the last among them."""
    kept = np.unique(np.linspace(0, len(x) - 1, min(len(x), _MOST)).round().astype(int))
    rounded = (np.round(values[kept], 4).tolist() for values in (x, y))
    return tuple(zip(*rounded, strict=True))
