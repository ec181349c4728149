"""Evaluates face detectors on whole photos with boxes, through their contract."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recipes.shelf.boxed_photos import BoxedPhoto, photos_of
from recipes.shelf.detection_metrics import PhotoDetections, detection_metrics
from zoo.contract import Contract
from zoo.data.evaluation import Evaluation
from zoo.data.labelled_data import find_data
from zoo.data.processing import preprocess
from zoo.detections import CHANNELS, Limits, detect, logits
from zoo.errors import RecipeError
from zoo.picture import read_picture
from zoo.plugs import Run
from zoo.recipe import Recipe
from zoo.step import Region

__all__ = ["SMALLEST_PX", "detections_of", "evaluate", "strides_of"]

SMALLEST_PX = (16, 32)
"""Minimum shorter sides of faces, in the photo's pixels."""

_LEAST_LOGIT = -4.0
"""A score of 0.018; higher ones decide average precision."""
_LIMITS = Limits(candidates=1000, faces=200)
"""More than in an app, because photos of crowds are evaluated."""


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
    return Evaluation(found.label, len(photos), metrics)


def detections_of(
    contract: Contract, run: Run, photos: Sequence[BoxedPhoto]
) -> Iterator[PhotoDetections]:
    """Yield the detections in each photo, in its pixels."""
    strides = strides_of(contract)
    for photo in photos:
        frame = preprocess(contract, read_picture(photo.path))
        if frame.input_chw is None or frame.region is None:
            raise RecipeError("contract: has no step 'crop', which says what part the network sees")
        outputs = run({contract.input.name: frame.input_chw[None]})
        maps = [_map(outputs, tensor.name) for tensor in contract.outputs]
        faces = detect(maps, strides, _LEAST_LOGIT, _LIMITS)
        rows = faces.faces[: faces.count]
        boxes = _in_photo(rows[:, :4], frame.region, contract.input.shape)
        scores = logits(rows[:, 4].astype(np.int64)).astype(np.float64)
        yield PhotoDetections(boxes, scores, photo.boxes, photo.valid)


def strides_of(contract: Contract) -> tuple[int, ...]:
    """Return the stride of each output; raises RecipeError if one is not a map of faces."""
    side = contract.input.shape[-1]
    for tensor in contract.outputs:
        if len(tensor.shape) != 3 or tensor.shape[0] != CHANNELS or side % tensor.shape[2]:
            raise RecipeError(
                f"contract: output '{tensor.name}' is {tensor.shape}; maps of faces are "
                f"({CHANNELS}, side / stride, side / stride): a logit and four distances"
            )
    return tuple(side // tensor.shape[2] for tensor in contract.outputs)


def _map(outputs: Mapping[str, NDArray[Any]], name: str) -> NDArray[np.float32]:
    return np.ascontiguousarray(outputs[name][0], np.float32)


def _in_photo(
    boxes_q8: NDArray[np.int32], region: Region, input_chw: Sequence[int]
) -> NDArray[np.float64]:
    """Return [N, 4] boxes in the photo's pixels, from edge to edge. input_chw: its shape."""
    _, height, width = input_chw
    origin = np.array([region.x0_q8, region.y0_q8] * 2, np.float64)
    scales = np.array([region.width_q8 / width / 256, region.height_q8 / height / 256] * 2)
    boxes: NDArray[np.float64] = (origin + boxes_q8 * scales) / 256
    return boxes
