"""The suite `scales`: one network at three scales of the photo, alone and together.

    zoo eval mobilenetv2face --weights FILE.safetensors --data DATA --suite scales

Half, whole and twice the board's size, in multiples of 32. Together, boxes of all scales are
candidates of one suppression, as in the paper. Trained weights take any size; hubs take their own.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from recipes.mobilenetv2face.recipe import contract
from recipes.mobilenetv2face.variants import SIZE, VARIANTS
from recipes.shelf.boxed_photos import photos_of
from recipes.shelf.detection_evaluation import SMALLEST_PX, detections_of
from recipes.shelf.detection_metrics import PhotoDetections, detection_metrics, overlaps
from zoo.data.evaluation import Measurement
from zoo.data.labelled_data import find_data
from zoo.plugs import Run
from zoo.recipe import Recipe

__all__ = ["SIZES", "measure", "merged"]

SIZES = tuple(round(scale * SIZE / 32) * 32 for scale in (0.5, 1, 2))
_OVERLAP, _LIMIT = 0.45, 200


def measure(recipe: Recipe, run: Run, data: Path) -> Iterator[Measurement]:
    """Yield accuracy at each size, and of all together. run: of any input size."""
    variant, photos = VARIANTS[recipe.name], photos_of(find_data(data, "test"))
    found = []
    for size in SIZES:
        found.append(list(detections_of(contract(variant, size), run, photos)))
        yield _line(f"{size}x{size}", found[-1])
    yield _line("together", [merged(parts) for parts in zip(*found, strict=True)])


def merged(parts: Sequence[PhotoDetections]) -> PhotoDetections:
    """Return the detections of one photo at several scales as one: the best without overlaps."""
    boxes = np.concatenate([part.boxes for part in parts])
    scores = np.concatenate([part.scores for part in parts])
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while len(order) and len(kept) < _LIMIT:
        kept.append(int(order[0]))
        overlap, _ = overlaps(boxes[order[:1]], boxes[order])
        order = order[1:][overlap[0, 1:] <= _OVERLAP]
    return PhotoDetections(boxes[kept], scores[kept], parts[0].faces, parts[0].valid)


def _line(condition: str, photos: Sequence[PhotoDetections]) -> Measurement:
    metrics: dict[str, float] = {}
    for smallest_px in SMALLEST_PX:
        metrics |= detection_metrics(photos, smallest_px)
    return Measurement("scales", condition, len(photos), metrics)
