"""Evaluates the mesh on faces with iBUG's 68 landmarks, by the code for all landmark networks."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from recipes.facemesh.ibug68 import as_ibug68, ibug68_of
from recipes.shelf import chain_evaluation, landmark_evaluation
from recipes.shelf.robustness import suite
from zoo.data.evaluation import Detector, Evaluation, Measurement
from zoo.picture import Picture
from zoo.plugs import Run
from zoo.recipe import Recipe

__all__ = ["evaluate", "evaluate_chain", "measure", "pictures"]


def evaluate(recipe: Recipe, run: Run, data: Path, only: Collection[Path] = ()) -> Evaluation:
    """Return accuracy on labelled faces, as `recipes.shelf.landmark_evaluation` does."""
    return landmark_evaluation.evaluate(as_ibug68(recipe), ibug68_of(run), data, only)


def evaluate_chain(recipe: Recipe, run: Run, detector: Detector, data: Path) -> Evaluation:
    """Return accuracy in a detector's regions; a second pass looks in the box of the 68."""
    return chain_evaluation.evaluate(as_ibug68(recipe), ibug68_of(run), detector, data)


def measure(recipe: Recipe, run: Run, data: Path) -> Iterator[Measurement]:
    """Yield the suite `robustness`."""
    yield from suite.measure(as_ibug68(recipe), ibug68_of(run), data)


def pictures(recipe: Recipe, data: Path) -> Sequence[Picture]:
    """Return photos of labelled faces with the boxes of their 68 landmarks, for calibration."""
    return landmark_evaluation.pictures(as_ibug68(recipe), data)
