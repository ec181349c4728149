"""The model card of a published variant, from its metrics and training record."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recipes.hrnet.recipe import recipe
from recipes.hrnet.variants import Variant
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
        width=variant.width,
        size=variant.size,
        map_size=variant.size // 4,
        parameters=f"{parameters:,}",
    )
