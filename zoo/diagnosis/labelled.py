"""The float and the integer network's accuracy on labelled data, by regions and groups."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from zoo import registry
from zoo.data.evaluation import Measurement
from zoo.data.labelled_data import find_data
from zoo.diagnosis.case import Case
from zoo.diagnosis.find_faults import mislabelled_scaling
from zoo.diagnosis.finding import Finding
from zoo.diagnosis.normalization import scalings, with_scaling
from zoo.errors import UsageError
from zoo.plugs import Run
from zoo.recipe import Recipe
from zoo.reporting import report

__all__ = ["Accuracy", "compare_accuracy", "demand_evaluation", "scaling_by_labels"]

_EXECUTOR = "onnxruntime-unoptimized"
_PHOTOS = 40
_BETTER = 0.8
"""Error with another scaling, of the contract's, from which on the contract is doubted."""


@dataclass(frozen=True)
class Accuracy:
    """One metric of both networks. test, condition, count: as in a Measurement."""

    test: str
    condition: str
    count: int
    metric: str
    floats: float
    integers: float


def demand_evaluation(recipe: Recipe) -> None:
    """Raise UsageError for a model whose accuracy cannot be measured."""
    if not recipe.evaluate:
        raise UsageError(
            f"{recipe.name}: its accuracy cannot be measured, since a file has no evaluation; "
            "leave out --data, and give pictures without labels with --images"
        )


def compare_accuracy(case: Case, data: Path) -> tuple[Accuracy, ...]:
    """Return the accuracy on all samples, and by the groups that the recipe's evaluation has."""
    recipe = case.plan.recipe
    sides = [list(_lines(recipe, _run(case, form), data)) for form in ("float", "integer")]
    report("measured the accuracy of both networks")
    return tuple(
        Accuracy(one.test, one.condition, one.count, metric, value, other.metrics[metric])
        for one, other in zip(*sides, strict=True)
        for metric, value in one.metrics.items()
    )


def scaling_by_labels(case: Case, data: Path) -> Iterator[Finding]:
    """Yield the finding that the float network is better with another normalisation."""
    recipe = case.plan.recipe
    own, *others = scalings(recipe.contract) or (None,)
    if own is None or not recipe.metric:
        return
    photos = sorted({picture.path for picture in find_data(data, "test").pictures()})
    some = set(photos[:: -(-len(photos) // _PHOTOS)])
    evaluate, run = registry.resolve(recipe.evaluate), _run(case, "float")
    found = {}
    for scaling in (own, *others):
        changed = replace(recipe.as_registered, contract=with_scaling(recipe.contract, scaling))
        found[scaling] = evaluate(changed, run, data, some).metrics[recipe.metric]
    report("compared the common normalisations by labels")
    best = (max if recipe.more_is_better else min)(found, key=lambda scaling: found[scaling])
    ratio = found[best] / found[own] if found[own] else 1.0
    if (1 / ratio if recipe.more_is_better and ratio else ratio) < _BETTER:
        yield mislabelled_scaling(recipe.metric, own, found[own], best, found[best])


def _lines(recipe: Recipe, run: Run, data: Path) -> Iterator[Measurement]:
    """Yield the accuracy on all samples, then by groups."""
    whole = registry.resolve(recipe.evaluate)(recipe.as_registered, run, data)
    yield Measurement("all", "all", whole.count, whole.metrics)
    yield from whole.groups


def _run(case: Case, form: str) -> Run:
    file = case.files[form]
    run: Run = registry.load("executor", _EXECUTOR).load(file.parent, file.name)
    return run
