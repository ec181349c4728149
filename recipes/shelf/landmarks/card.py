"""The model card of a published landmark network, from its metrics and training record."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recipes.shelf.landmarks.training_record import training_text
from recipes.shelf.publishing import accuracy_table, render
from zoo.data.evaluation import Evaluation
from zoo.recipe import Recipe

__all__ = ["landmark_card"]


def landmark_card(
    template: Path,
    recipe: Recipe,
    measured: Mapping[str, Evaluation],
    training: Mapping[str, Any],
    **facts: object,
) -> str:
    """Return Markdown.

    measured: by published hub.  training: record of a training.  facts: the template's other
    fields.
    """
    licence = recipe.licences[0]
    return render(
        template,
        name=recipe.name,
        notice=licence.notice[0].upper() + licence.notice[1:],
        licence=licence.file.name,
        accuracy=accuracy_table(measured),
        training=training_text(training),
        **facts,
    )
