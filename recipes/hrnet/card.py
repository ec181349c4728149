"""The model card of a published variant, from its metrics and training record."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recipes.hrnet.recipe import recipe
from recipes.hrnet.variants import Variant
from recipes.shelf.landmarks.training_record import training_text
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
    """Return Markdown. measured: by published hub.  training: record of a training."""
    licence = recipe(variant).licences[0]
    return render(
        _TEMPLATE,
        name=variant.name,
        width=variant.width,
        size=variant.size,
        map_size=variant.size // 4,
        parameters=f"{parameters:,}",
        notice=licence.notice[0].upper() + licence.notice[1:],
        licence=licence.file.name,
        accuracy=accuracy_table(measured),
        training=training_text(training),
    )
