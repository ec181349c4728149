"""The model card of a published variant, from its metrics and training record."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recipes.pfld.recipe import recipe
from recipes.pfld.variants import Variant
from recipes.shelf.landmarks.training_record import training_text
from recipes.shelf.publishing import accuracy_table, render
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
    licence = recipe(variant).licences[0]
    return render(
        _TEMPLATE,
        name=variant.name,
        points=variant.points,
        order=_ORDERS[variant.points],
        pose=" and the head pose" if variant.pose_head else "",
        pose_output="; the output `pose` is yaw, pitch and roll in degrees"
        if variant.pose_head
        else "",
        colour="gray" if variant.is_gray else "RGB",
        width=variant.width,
        parameters=f"{parameters:,}",
        notice=licence.notice[0].upper() + licence.notice[1:],
        licence=licence.file.name,
        test_faces=_TEST_FACES[variant.points],
        accuracy=accuracy_table(measured),
        training=training_text(training),
    )
