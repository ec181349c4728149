"""The accuracy of a subject's forms: measured for the report, or as recorded at publishing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from zoo.build.quantization import hub_key
from zoo.build.subjects import Subject as Runnable
from zoo.build.subjects import evaluate
from zoo.data.evaluation import Curve, Evaluation, Measurement
from zoo.errors import RecipeError
from zoo.field_types import mistyped
from zoo.proof.certificate import Certificate
from zoo.recipe import Recipe
from zoo.report.content import FLOAT, Accuracy

__all__ = ["form_of", "measured", "recorded", "recorded_in"]

_NONE = "none"


def form_of(key: str) -> str:
    """Return a form's name from the key of a hub."""
    return FLOAT if key == _NONE else key


def measured(forms: Sequence[tuple[str, Runnable]], data: Path) -> tuple[Accuracy, ...]:
    """Return the accuracy of (form, network) on labelled data, in the boxes of the labels."""
    results = evaluate((network for _, network in forms), data)
    names = [form for form, _ in forms]
    return tuple(
        Accuracy(form, result, is_measured=True)
        for form, (_, result) in zip(names, results, strict=True)
    )


def recorded(recipe: Recipe) -> tuple[Accuracy, ...]:
    """Return the accuracy of a model's published hubs, the float one first."""
    found = _read(recipe)
    keys = sorted(found, key=lambda key: (key != _NONE, key))
    return tuple(Accuracy(form_of(key), found[key], is_measured=False) for key in keys)


def recorded_in(certificate: Certificate, recipe: Recipe) -> tuple[Accuracy, ...]:
    """Return what a certificate records, after the float network's if it belongs to it.

    That is so if the recipe still has the same figures of the quantized network.
    """
    if not certificate.accuracy:
        return ()
    own = _evaluation(certificate.accuracy, f"{certificate.model}: its certificate's accuracy")
    key = hub_key(certificate.quantization, certificate.scheme)
    published = _read(recipe)
    if key not in published or replace(published[key], curves=(), groups=()) != own:
        return (Accuracy(form_of(key), own, is_measured=False),)
    keys = dict.fromkeys(each for each in (_NONE, key) if each in published)
    return tuple(Accuracy(form_of(each), published[each], is_measured=False) for each in keys)


def _read(recipe: Recipe) -> dict[str, Evaluation]:
    """Return what was published of each hub, with the curves and groups that belong to it."""
    figures, details = _json(recipe.metrics), _json(recipe.details)
    found = {key: _evaluation(values, str(recipe.metrics)) for key, values in figures.items()}
    return {
        key: _with_details(evaluation, details.get(key, {}), str(recipe.details))
        for key, evaluation in found.items()
    }


def _json(file: Path | None) -> Mapping[str, Any]:
    if file is None:
        return {}
    read: Mapping[str, Any] = json.loads(file.read_text("utf-8"))
    return read


def _evaluation(values: Mapping[str, Any], where: str) -> Evaluation:
    """Return figures as they are published; raises RecipeError for others."""
    try:
        found = Evaluation(values["data"], values["count"], values["metrics"])
    except (LookupError, TypeError) as error:
        raise RecipeError(f"{where}: has no data, count and metrics ({error!r})") from error
    return _checked(found, where)


def _with_details(found: Evaluation, details: Mapping[str, Any], where: str) -> Evaluation:
    """Return an evaluation with its curves and groups; as it is if they are of other samples."""
    if (details.get("data"), details.get("count")) != (found.data, found.count):
        return found
    try:
        curves = tuple(map(_curve, details["curves"]))
        groups = tuple(Measurement(**group) for group in details["groups"])
    except (LookupError, TypeError) as error:
        raise RecipeError(f"{where}: has no curves and groups ({error!r})") from error
    return _checked(replace(found, curves=curves, groups=groups), where)


def _curve(values: Mapping[str, Any]) -> Curve:
    return Curve(**{**values, "points": tuple(map(tuple, values["points"]))})


def _checked(found: Evaluation, where: str) -> Evaluation:
    if wrong := mistyped(found, Evaluation):
        raise RecipeError(f"{where}: {wrong}")
    return found
