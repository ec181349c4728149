"""The command that publishes a trained variant of a family of models."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from recipes.shelf.publishing import (
    keep_weights,
    measure,
    parameters,
    publish_float,
    write_accuracy,
)
from zoo.data.evaluation import Evaluation
from zoo.recipe import Recipe

__all__ = ["publish_command"]

_Variant = TypeVar("_Variant")


def publish_command(
    variants: Mapping[str, _Variant],
    recipe: Callable[[_Variant], Recipe],
    render_card: Callable[[_Variant, Mapping[str, Evaluation], Mapping[str, Any], int], str],
    folder: Path,
) -> click.Command:
    """Return the command MODEL TEST_DATA [FOLDER], which writes to a family's folder of weights.

    variants: by the model's name.  render_card(variant, measured, training, parameters): returns
    the card in Markdown.
    """

    @click.command()
    @click.argument("model", type=click.Choice(list(variants)), metavar="MODEL")
    @click.argument("data", type=click.Path(path_type=Path), metavar="TEST_DATA")
    @click.argument("trained", type=click.Path(path_type=Path), metavar="[FOLDER]", required=False)
    def command(model: str, data: Path, trained: Path | None) -> None:
        """Publish MODEL from FOLDER, the output of `zoo train`; write accuracy and card.

        Without FOLDER, the published hubs are measured again.
        """
        variant = variants[model]
        if trained is not None:
            publish_float(recipe(variant), keep_weights(trained, model, folder), folder)
        made = recipe(variant)
        measured = measure(made, data)
        write_accuracy(made, measured, folder)
        training = json.loads((folder / f"{model}.training.json").read_text("utf-8"))
        card = render_card(variant, measured, training, parameters(made))
        (folder / f"{model}.md").write_text(card, "utf-8")

    return command
