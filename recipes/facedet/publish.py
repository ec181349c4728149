"""Writes trained weights, the float hubs of all sizes, their accuracy and cards to `weights/`.

    python -m recipes.facedet.publish TEST_PHOTOS [FOLDER]

FOLDER is the output of `zoo train facedet`. Without it, only the accuracy of all published hubs is
measured again, and the cards updated.
"""

import json
from pathlib import Path

import click

from recipes.facedet.card import render_card
from recipes.facedet.recipe import WEIGHTS, recipe
from recipes.facedet.variants import DEFAULT, VARIANTS
from recipes.shelf.publishing import (
    keep_weights,
    measure,
    parameters,
    publish_float,
    write_accuracy,
)
from zoo.cli.entry import enter


@click.command()
@click.argument("photos", type=click.Path(path_type=Path), metavar="TEST_PHOTOS")
@click.argument("trained", type=click.Path(path_type=Path), metavar="[FOLDER]", required=False)
def main(photos: Path, trained: Path | None) -> None:
    """Publish the family, and write accuracy and cards beside the hubs."""
    if trained is not None:
        weights = keep_weights(trained, DEFAULT.name, WEIGHTS)
        for variant in VARIANTS.values():
            publish_float(recipe(variant), weights, WEIGHTS)
    training = json.loads((WEIGHTS / f"{DEFAULT.name}.training.json").read_text("utf-8"))
    for variant in VARIANTS.values():
        made = recipe(variant)
        measured = measure(made, photos)
        write_accuracy(made, measured, WEIGHTS)
        card = render_card(variant, measured, training, parameters(made))
        (WEIGHTS / f"{variant.name}.md").write_text(card, "utf-8")


if __name__ == "__main__":
    enter(main, "python -m recipes.facedet.publish")
