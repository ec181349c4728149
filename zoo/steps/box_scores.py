"""From a detector's numbers to the score of each location's best class."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import StepError
from zoo.steps.exponential import exp, sigmoid

__all__ = ["best_scores"]

Numbers = NDArray[np.float64]


def best_scores(
    raw: Numbers, objectness: Numbers | None, parameters: Mapping[str, Any]
) -> tuple[Numbers, NDArray[np.int64]]:
    """Return score [N] and class [N] of each location, the background not counted.

        class   that of the highest raw number, of equal ones the first; nan counts as the lowest
        score   the raw number x itself, its sigmoid, or exp(x - max) over the sum of these, in
                order of class, with the background
        product, geometric_mean   objectness times score, or the square root of that, where there is
                an objectness; activation 'sigmoid' is applied to both

    raw: [N, K].  objectness: [N]. Raises RecipeError if labels are for another number of classes.
    """
    objects = raw[:, _objects(raw.shape[1], parameters["background"])]
    classes = objects.shape[1]
    if not classes or len(parameters["labels"]) not in (0, classes):
        raise StepError(
            f"contract step 'boxes': the network has {classes} classes without the background, and "
            f"there are {len(parameters['labels'])} labels; give one for each class, or none"
        )
    best = np.where(np.isnan(objects), -np.inf, objects).argmax(axis=1).astype(np.int64)
    scores = objects[np.arange(len(objects)), best]
    with np.errstate(invalid="ignore"):
        if parameters["activation"] == "sigmoid":
            scores = sigmoid(scores)
        elif parameters["activation"] == "softmax":
            scores = _softmax(scores, raw)
        if objectness is not None:
            is_logit = parameters["activation"] == "sigmoid"
            scores = (sigmoid(objectness) if is_logit else objectness) * scores
            if parameters["combine"] == "geometric_mean":
                scores = np.sqrt(scores)
    return scores, best


def _objects(classes: int, background: str) -> slice:
    return {"none": slice(None), "first": slice(1, None), "last": slice(classes - 1)}[background]


def _softmax(scores: Numbers, raw: Numbers) -> Numbers:
    highest = raw.max(axis=1)
    total = np.zeros(len(raw))
    for k in range(raw.shape[1]):
        total = total + exp(raw[:, k] - highest)
    return exp(scores - highest) / total
