"""Accuracy on crops of photos that were not trained on, half of them faces."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recipes.facedet.data import read_images
from recipes.facenet.crops import balanced_crops
from recipes.shelf.accuracy_curves import receiver_operating
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
    kinds = np.array([kind for _, kind in crops])
    logits = _logits(recipe.contract, run, crops)
    curve = receiver_operating(logits[:, 1] - logits[:, 0], kinds == 1, "faces")
    return Evaluation(found.label, len(crops), _accuracy(logits, kinds), (curve,))


def accuracy_of(contract: Contract, run: Run, crops: Crops) -> dict[str, float]:
    """Return in percent how often the class is right, in all crops, in faces and in others."""
    return _accuracy(_logits(contract, run, crops), np.array([kind for _, kind in crops]))


def _logits(contract: Contract, run: Run, crops: Crops) -> NDArray[np.float64]:
    """Return [N, classes], of one crop after the other."""
    found = []
    for pixels, _ in crops:
        frame = preprocess(contract, pixels)
        assert frame.input_chw is not None  # `preprocess` checked it
        outputs = run({contract.input.name: frame.input_chw[None]})
        found.append(outputs[contract.outputs[0].name].ravel())
    return np.array(found, np.float64)


def _accuracy(logits: NDArray[np.float64], kinds: NDArray[np.int64]) -> dict[str, float]:
    right = logits.argmax(axis=1) == kinds
    return {
        "accuracy_percent": 100 * float(np.mean(right)),
        "faces_found_percent": 100 * float(np.mean(right[kinds == 1])),
        "others_right_percent": 100 * float(np.mean(right[kinds == 0])),
    }
