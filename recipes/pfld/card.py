"""The model card of a published variant, from its metrics and training record."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recipes.pfld.recipe import recipe
from recipes.pfld.variants import Variant
from recipes.shelf.landmarks.card import landmark_card
from zoo.data.evaluation import Evaluation

__all__ = ["render_card"]

_TEMPLATE = Path(__file__).with_name("card_template.md")
_ORDERS = {68: "iBUG", 98: "WFLW"}
_TEST_FACES = {
    68: "300-W common test set (HELEN 330 and LFPW 224 = 554 faces)",
    98: "194 faces of WFLW's test set, all with difficult attributes, so harder than the whole set",
}


def render_card(
    variant: Variant,
    measured: Mapping[str, Evaluation],
    training: Mapping[str, Any],
    parameters: int,
) -> str:
    """Return Markdown.

    measured: by published hub.  training: record of a training or a soup.
    """
    return landmark_card(
        _TEMPLATE,
        recipe(variant),
        measured,
        training,
        points=variant.points,
        order=_ORDERS[variant.points],
        pose=" and the head pose" if variant.pose_head else "",
        pose_output="; the output `pose` is yaw, pitch and roll in degrees"
        if variant.pose_head
        else "",
        colour="gray" if variant.is_gray else "RGB",
        width=variant.width,
        parameters=f"{parameters:,}",
        test_faces=_TEST_FACES[variant.points],
    )
