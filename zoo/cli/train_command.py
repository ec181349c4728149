"""zoo train: weights and a float hub from labelled data."""

from importlib.util import find_spec
from pathlib import Path

import click

from zoo import registry
from zoo.cli.options import json_option, model_argument
from zoo.cli.output import print_json
from zoo.errors import RecipeError, ToolchainError
from zoo.plan import find_recipe
from zoo.training import TrainOptions


@click.command()
@model_argument
@click.option("--data", required=True, type=click.Path(path_type=Path), help="Labelled data set.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder; default runs/MODEL.")
@click.option("--epochs", type=click.IntRange(1), help="Instead of the recipe's own.")
@click.option("--batch-size", type=click.IntRange(1), help="Instead of the recipe's own.")
@click.option("--seed", default=0, show_default=True)
@click.option("--accelerator", default="auto", show_default=True, help="auto, cpu, cuda, mps.")
@json_option
def command(
    model: str,
    data: Path,
    out: Path | None,
    epochs: int | None,
    batch_size: int | None,
    seed: int,
    accelerator: str,
    as_json: bool,
) -> None:
    """Train MODEL; an interrupted training in the same folder goes on."""
    recipe = find_recipe(model, None)
    if not recipe.train:
        raise RecipeError(f"{recipe.name}: this model brings no training; see CONTRIBUTING")
    if find_spec("torch") is None:
        raise ToolchainError("training needs PyTorch: pip install 'edgezoo[train]'")
    folder = out or Path("runs") / recipe.name
    options = TrainOptions(data, folder, epochs, batch_size, seed, accelerator)
    weights: Path = registry.resolve(recipe.train)(recipe, options)
    hub = weights.with_suffix(".onnx")
    hub.write_bytes(registry.resolve(recipe.export)(recipe, weights))
    if as_json:
        print_json({"weights": str(weights), "hub": str(hub)})
        return
    click.echo(f"weights: {weights}\nfloat hub: {hub}")
    click.echo(f"next: zoo build {recipe.name} --hub {hub} --calib {data} --target x86")
