"""Writes trained weights, their float hub, measured accuracy and the model card to `weights/`.

    python -m recipes.dan.publish MODEL TEST_FACES [FOLDER]

FOLDER is the output of `zoo train`. Without it, only the accuracy of all published hubs is measured
again, and the card updated.
"""

import json
from pathlib import Path

import click

from recipes.dan.card import render_card
from recipes.dan.recipe import WEIGHTS, recipe
from recipes.dan.variants import VARIANTS
from recipes.shelf.publishing import (
    keep_weights,
    measure,
    parameters,
    publish_float,
    write_accuracy,
)
from zoo.cli.entry import enter


@click.command()
@click.argument("model", type=click.Choice(list(VARIANTS)), metavar="MODEL")
@click.argument("faces", type=click.Path(path_type=Path), metavar="TEST_FACES")
@click.argument("trained", type=click.Path(path_type=Path), metavar="[FOLDER]", required=False)
def main(model: str, faces: Path, trained: Path | None) -> None:
    """Publish MODEL, and write the accuracy and the card beside its hubs."""
    variant = VARIANTS[model]
    if trained is not None:
        publish_float(recipe(variant), keep_weights(trained, model, WEIGHTS), WEIGHTS)
    made = recipe(variant)
    measured = measure(made, faces)
    write_accuracy(made, measured, WEIGHTS)
    training = json.loads((WEIGHTS / f"{model}.training.json").read_text("utf-8"))
    card = render_card(variant, measured, training, parameters(made))
    (WEIGHTS / f"{model}.md").write_text(card, "utf-8")


if __name__ == "__main__":
    enter(main, "python -m recipes.dan.publish")
