"""The model card of a published variant, from its metrics and training record."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recipes.facenet.recipe import recipe
from recipes.facenet.variants import Variant
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

    measured: by published hub.  training: the record by recipes.facenet.train.
    """
    licence = recipe(variant).licences[0]
    result = next(iter(measured.values()))
    side = variant.folding
    return render(
        _TEMPLATE,
        name=variant.name,
        layers=len(variant.channels),
        channels=", ".join(map(str, variant.channels)),
        parameters=f"{parameters:,}",
        folded=f", on pixels folded {side}x{side}" if side > 1 else "",
        notice=licence.notice[0].upper() + licence.notice[1:],
        licence=licence.file.name,
        crops=f"{result.count:,} crops of {result.data}",
        accuracy=accuracy_table(measured),
        training=training_text(training),
        epoch=training["best_epoch"],
    )
