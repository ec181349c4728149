"""How far from the labelled places the model's are."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zoo.contract import Contract
from zoo.data.evaluation import Evaluation
from zoo.data.labelled_data import find_data
from zoo.data.processing import postprocess, preprocess_batch
from zoo.errors import DataError
from zoo.plugs import Run
from zoo.recipe import Recipe
from zoo_toy.toy_places import Place

__all__ = ["evaluate"]


def evaluate(recipe: Recipe, run: Run, data: Path) -> Evaluation:
    """Return the mean distance in pixels; raises DataError for data of another kind."""
    found = find_data(data, "test")
    places = found.read()
    if not (isinstance(places, tuple) and all(isinstance(place, Place) for place in places)):
        raise DataError(
            f"{found.folder}: data set '{found.dataset.name}' holds no places; give toy_places"
        )
    distances = [
        np.linalg.norm(_predict(recipe.contract, run, place) - place.xy) for place in places
    ]
    return Evaluation(found.label, len(places), {"distance_px": float(np.mean(distances))})


def _predict(contract: Contract, run: Run, place: Place) -> NDArray[np.float64]:
    picture = place.picture
    (frame,), batch = preprocess_batch(contract, [(picture.read(), picture.box)])
    outputs = run({contract.input.name: batch})
    return postprocess(contract, outputs, frame)["place"]
