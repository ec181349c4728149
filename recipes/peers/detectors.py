"""Decodes the outputs of Ultra-Light face detectors, whose boxes are relative to priors."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recipes.shelf.boxed_photos import photos_of
from recipes.shelf.detection_evaluation import SMALLEST_PX
from recipes.shelf.detection_metrics import PhotoDetections, detection_metrics, overlaps
from zoo.data.evaluation import Evaluation
from zoo.data.labelled_data import find_data
from zoo.data.processing import preprocess
from zoo.errors import RecipeError
from zoo.picture import read_picture
from zoo.plugs import Run
from zoo.recipe import Recipe
from zoo.step import Frame

__all__ = ["evaluate_ultralight"]

Array = NDArray[np.float64]
Outputs = Mapping[str, NDArray[Any]]

_LEAST_SCORE = 0.02
_MOST_CANDIDATES = 1000
_MOST_FACES = 200
_OVERLAP = 0.45

_ULTRALIGHT_SIZES = {8: (10, 16, 24), 16: (32, 48), 32: (64, 96), 64: (128, 192, 256)}


def evaluate_ultralight(recipe: Recipe, run: Run, data: Path) -> Evaluation:
    """Return accuracy of an Ultra-Light-Fast-Generic-Face-Detector on whole photos with boxes.

    data: as in zoo.data.labelled_data.
    """
    contract, found = recipe.contract, find_data(data, "test")
    _, height, width = contract.input.shape
    photos = []
    for photo in photos_of(found):
        frame = preprocess(contract, read_picture(photo.path))
        assert frame.input_chw is not None
        boxes, scores = _ultralight(
            run({contract.input.name: frame.input_chw[None]}), height, width
        )
        sure = scores > _LEAST_SCORE
        boxes, scores = _suppressed(_in_photo(boxes[sure], frame), scores[sure])
        photos.append(PhotoDetections(boxes, scores, photo.boxes, photo.valid))
    metrics: dict[str, float] = {}
    for smallest_px in SMALLEST_PX:
        metrics |= detection_metrics(photos, smallest_px)
    return Evaluation(found.label, len(photos), metrics)


def _ultralight(outputs: Outputs, height: int, width: int) -> tuple[Array, Array]:
    """Boxes are offsets from priors: 0.1 of their size, and logarithms of a fifth of it."""
    priors = _priors(height, width)
    offsets = np.asarray(outputs["boxes"][0], np.float64)
    centres = priors[:, :2] + 0.1 * offsets[:, :2] * priors[:, 2:]
    halves = priors[:, 2:] * np.exp(0.2 * offsets[:, 2:]) / 2
    boxes = np.concatenate([centres - halves, centres + halves], axis=1)
    return boxes, np.asarray(outputs["scores"][0, :, 1], np.float64)


def _priors(height: int, width: int) -> Array:
    """Return centre and size of every prior box, [N, 4] in fractions of the input."""
    rows = []
    for stride, sizes in _ULTRALIGHT_SIZES.items():
        down, across = -(-height // stride), -(-width // stride)
        y, x, size = np.meshgrid(np.arange(down), np.arange(across), sizes, indexing="ij")
        columns = (x + 0.5) / across, (y + 0.5) / down, size / width, size / height
        rows.append(np.stack(columns, axis=-1).reshape(-1, 4))
    return np.concatenate(rows)


def _in_photo(boxes: Array, frame: Frame) -> Array:
    """Return boxes in the photo's pixels, from fractions of the network's input."""
    region = frame.region
    if region is None:
        raise RecipeError("contract: has no step 'crop', which says what part the network sees")
    origin = np.array([region.x0_q8, region.y0_q8] * 2, np.float64)
    sides = np.array([region.width_q8, region.height_q8] * 2, np.float64)
    in_photo: Array = (origin + boxes * sides) / 256
    return in_photo


def _suppressed(boxes: Array, scores: Array) -> tuple[Array, Array]:
    """Return the best boxes without overlaps: greedy non-maximum suppression."""
    order = np.argsort(-scores, kind="stable")[:_MOST_CANDIDATES]
    kept: list[int] = []
    while len(order) and len(kept) < _MOST_FACES:
        kept.append(int(order[0]))
        iou, _ = overlaps(boxes[order[:1]], boxes[order])
        order = order[1:][iou[0, 1:] <= _OVERLAP]
    return boxes[kept].reshape(-1, 4), scores[kept]
