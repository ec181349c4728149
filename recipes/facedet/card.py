"""The model card of a published variant, from its metrics and training record."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recipes.facedet.recipe import recipe
from recipes.facedet.variants import Variant
from recipes.shelf.detector_record import training_text
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
        training=training_text(training),
    )
