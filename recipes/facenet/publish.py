"""Writes a variant's trained weights, float hub, accuracy and card to `weights/`.

    python -m recipes.facenet.publish MODEL TEST_PHOTOS [FOLDER]

FOLDER is the output of `zoo train MODEL`. Without it, only the accuracy of the published hubs is
measured again, and the card updated. The slides' v3 has v2's weights.
"""

import json
from pathlib import Path

import click

from recipes.facenet.card import render_card
from recipes.facenet.recipe import WEIGHTS, recipe
from recipes.facenet.variants import VARIANTS
from recipes.shelf.publishing import (
    keep_weights,
    measure,
    parameters,
    publish_float,
    write_accuracy,
)
from zoo.cli.entry import enter


@click.command()
@click.argument("model", type=click.Choice(list(VARIANTS)))
@click.argument("photos", type=click.Path(path_type=Path), metavar="TEST_PHOTOS")
@click.argument("trained", type=click.Path(path_type=Path), metavar="[FOLDER]", required=False)
def main(model: str, photos: Path, trained: Path | None) -> None:
    """Publish MODEL, and write accuracy and card beside the hubs."""
    variant = VARIANTS[model]
    if trained is not None:
        publish_float(
            recipe(variant), keep_weights(trained, variant.weights_name, WEIGHTS), WEIGHTS
        )
    made = recipe(variant)
    measured = measure(made, photos)
    write_accuracy(made, measured, WEIGHTS)
    record = WEIGHTS / f"{variant.weights_name}.training.json"
    training = json.loads(record.read_text("utf-8"))
    card = render_card(variant, measured, training, parameters(made))
    (WEIGHTS / f"{model}.md").write_text(card, "utf-8")


if __name__ == "__main__":
    enter(main, "python -m recipes.facenet.publish")
