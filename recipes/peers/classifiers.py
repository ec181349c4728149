"""Evaluates third-party classifiers against their float form: their classes have no labels here."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recipes.shelf.boxed_photos import photos_of
from recipes.shelf.face_data import crops_of, find_faces
from zoo import registry
from zoo.contract import Contract
from zoo.data.evaluation import Evaluation
from zoo.data.labelled_data import find_data
from zoo.data.processing import preprocess
from zoo.data.regions import landmark_box
from zoo.picture import read_picture
from zoo.plugs import Run
from zoo.recipe import Recipe
from zoo.step import Box

__all__ = ["evaluate_on_faces", "evaluate_on_photos"]

_POINTS = 68

Seen = tuple[NDArray[np.uint8], Box | None]


def evaluate_on_photos(recipe: Recipe, run: Run, data: Path) -> Evaluation:
    """Return the share of whole photos that get the class which the float network gives them."""
    found = find_data(data, "test")
    photos = ((read_picture(photo.path), None) for photo in photos_of(found))
    return _evaluate(recipe, run, found.label, photos)


def evaluate_on_faces(recipe: Recipe, run: Run, data: Path) -> Evaluation:
    """Return the same of labelled faces."""
    found = find_faces(data, "test", _POINTS)
    crops = crops_of(found)
    boxes = map(landmark_box, crops.landmarks)
    return _evaluate(recipe, run, found.label, zip(crops.images, boxes, strict=True))


def _evaluate(recipe: Recipe, run: Run, label: str, seen: Iterable[Seen]) -> Evaluation:
    (file,) = recipe.hubs.values()
    exact: Run = registry.load("executor", "onnxruntime-unoptimized").load(file.parent, file.name)
    same = [len(set(_tops(recipe.contract, (run, exact), *one))) == 1 for one in seen]
    return Evaluation(label, len(same), {"same_top1_percent": 100 * float(np.mean(same))})


def _tops(
    contract: Contract, runs: Iterable[Run], image: NDArray[np.uint8], box: Box | None
) -> list[int]:
    """Return the class with the highest score in each network."""
    frame = preprocess(contract, image, box)
    assert frame.input_chw is not None
    feeds, (output, *_) = {contract.input.name: frame.input_chw[None]}, contract.outputs
    return [int(run(feeds)[output.name].argmax()) for run in runs]
