"""Evaluates detectors of any origin on whole photos with boxes, by steps 'boxes' and 'nms'."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from recipes.shelf.accuracy_curves import precision_recall
from recipes.shelf.boxed_photos import BoxedPhoto, photos_of
from recipes.shelf.detection_metrics import PhotoDetections, detection_metrics, scored_faces
from zoo.contract import Contract, Step
from zoo.data.evaluation import Evaluation
from zoo.data.labelled_data import find_data
from zoo.data.processing import postprocess, preprocess
from zoo.picture import read_picture
from zoo.plugs import Run
from zoo.recipe import Recipe

__all__ = ["SMALLEST_PX", "detections_of", "evaluate"]

SMALLEST_PX = (16, 32)
"""Minimum shorter sides of faces, in the photo's pixels."""

_EVERY: Mapping[str, Mapping[str, float]] = {
    "boxes": {"threshold": 0.02},
    "nms": {"iou_percent": 45, "candidates": 1000, "limit": 200},
}
"""Parameters instead of an app's: average precision counts low scores, and photos hold crowds."""


def evaluate(recipe: Recipe, run: Run, data: Path, only: Collection[Path] = ()) -> Evaluation:
    """Return accuracy on the photos that `data` names.

    data: as in `zoo.data.labelled_data`, by default the test split.  only: these photos.
    run: called with one photo at a time, as on a board.
    """
    found = find_data(data, "test")
    labelled = [photo for photo in photos_of(found) if not only or photo.path in only]
    photos = list(detections_of(recipe.contract, run, labelled))
    metrics: dict[str, float] = {}
    for smallest_px in SMALLEST_PX:
        metrics |= detection_metrics(photos, smallest_px)
    curves = tuple(
        precision_recall(scored_faces(photos, smallest_px), smallest_px)
        for smallest_px in SMALLEST_PX
    )
    return Evaluation(found.label, len(photos), metrics, curves)


def detections_of(
    contract: Contract, run: Run, photos: Sequence[BoxedPhoto]
) -> Iterator[PhotoDetections]:
    """Yield the detections in each photo, in its pixels, down to low scores."""
    every = replace(contract, post=tuple(map(_every, contract.post)))
    for photo in photos:
        frame = preprocess(every, read_picture(photo.path))
        assert frame.input_chw is not None  # `preprocess` checked it
        outputs = run({every.input.name: frame.input_chw[None]})
        values = postprocess(every, {name: out[0] for name, out in outputs.items()}, frame)
        boxes = np.array(values["boxes"], np.float64)
        boxes[:, 2:] += boxes[:, :2]
        scores = np.asarray(values["scores"], np.float64)
        yield PhotoDetections(boxes, scores, photo.boxes, photo.valid)


def _every(step: Step) -> Step:
    return replace(step, parameters={**step.parameters, **_EVERY.get(step.name, {})})
