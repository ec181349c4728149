"""Accuracy on crops of photos that were not trained on, half of them faces."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recipes.facedet.data import read_images
from recipes.facenet.crops import balanced_crops
from zoo.contract import Contract
from zoo.data.evaluation import Evaluation
from zoo.data.labelled_data import find_data
from zoo.data.processing import preprocess
from zoo.plugs import Run
from zoo.recipe import Recipe

__all__ = ["CROPS", "accuracy_of", "evaluate"]

CROPS = 2000
_SEED = 0

Crops = Sequence[tuple[NDArray[np.uint8], int]]


def evaluate(recipe: Recipe, run: Run, data: Path, only: Collection[Path] = ()) -> Evaluation:
    """Return accuracy on 2,000 crops of the photos that `data` names, the same every time.

    data: as in `zoo.data.labelled_data`, by default the test split.  only: these photos.
    run: called with one crop at a time, as on a board.
    """
    found = find_data(data, "test")
    images, photos = read_images(found)
    kept = [
        image for image, photo in zip(images, photos, strict=True) if not only or photo.path in only
    ]
    crops = balanced_crops(kept, CROPS, _SEED)
    return Evaluation(found.label, len(crops), accuracy_of(recipe.contract, run, crops))


def accuracy_of(contract: Contract, run: Run, crops: Crops) -> dict[str, float]:
    """Return in percent how often the class is right, in all crops, in faces and in others."""
    right: tuple[list[bool], list[bool]] = ([], [])
    for pixels, kind in crops:
        frame = preprocess(contract, pixels)
        assert frame.input_chw is not None  # `preprocess` checked it
        outputs = run({contract.input.name: frame.input_chw[None]})
        right[kind].append(int(outputs[contract.outputs[0].name].argmax()) == kind)
    return {
        "accuracy_percent": 100 * float(np.mean(right[0] + right[1])),
        "faces_found_percent": 100 * float(np.mean(right[1])),
        "others_right_percent": 100 * float(np.mean(right[0])),
    }
