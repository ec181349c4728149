"""The model card of a published variant, from its metrics and training record."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recipes.dan.recipe import recipe
from recipes.dan.variants import Variant
from recipes.shelf.landmarks.card import landmark_card
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
    return landmark_card(
        _TEMPLATE,
        recipe(variant),
        measured,
        training,
        stages="The first stage" if variant.stages == 1 else "Both stages",
        width=variant.width,
        parameters=f"{parameters:,}",
    )
