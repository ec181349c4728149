"""The model card of a published variant, from its metrics and training record."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recipes.facedet.recipe import recipe
from recipes.facedet.variants import Variant
from recipes.shelf.publishing import accuracy_table, render
from zoo.data.evaluation import Evaluation

__all__ = ["render_card"]

_TEMPLATE = Path(__file__).with_name("card_template.md")


def render_card(
    variant: Variant,
    measured: Mapping[str, Evaluation],
    training: Mapping[str, Any],
    parameters: int,
) -> str:
    """Return Markdown.

    measured: by published hub.  training: the record by recipes.facedet.train.
    """
    licence = recipe(variant).licences[0]
    result = next(iter(measured.values()))
    return render(
        _TEMPLATE,
        name=variant.name,
        size=variant.size,
        parameters=f"{parameters:,}",
        notice=licence.notice[0].upper() + licence.notice[1:],
        licence=licence.file.name,
        photos=f"{result.count} photos of {result.data}",
        accuracy=accuracy_table(measured),
        training=_training(training),
    )


def _training(record: Mapping[str, Any]) -> str:
    """Return a training in words, after those that it goes on from."""
    if record["start"]:
        rest = _training({**record, "start": None})
        return f"{_training(record['start'])} Then again, from these weights: {rest}"
    sets = "; ".join(f"{data['pictures']:,} pictures of {data['name']}" for data in record["data"])
    changed = ", ".join(f"{name} {value}" for name, value in record["changed_settings"].items())
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    teachers = ", ".join(record["teachers"])
    return (
        f"{sets}. {record['held_out_photos']} photos were held out. Trained as {record['model']} "
        f"for {record['epochs']} epochs with seed {record['seed']}"
        + (f", taught by {teachers}" if teachers else "")
        + f". Settings other than the defaults: {changed or 'none'}. {versions}."
    )
