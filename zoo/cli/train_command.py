"""zoo train: weights and a float hub from labelled data."""

from importlib.util import find_spec
from pathlib import Path

import click

from zoo import registry
from zoo.build.models import find_recipe
from zoo.cli.options import existing, json_option, model_argument, peer_option, seed_option
from zoo.cli.output import print_json
from zoo.errors import MissingToolError, UsageError
from zoo.file_content import write_whole
from zoo.quoting import command_line
from zoo.tool import install_extra
from zoo.training import TrainOptions


@click.command()
@model_argument
@click.option(
    "--data",
    required=True,
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DATA",
    help="Labelled data: FOLDER or NAME:FOLDER[:SPLIT]; repeatable.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Output folder; default runs/MODEL.")
@click.option("--epochs", type=click.IntRange(1), help="Epochs, if not the recipe's default.")
@click.option(
    "--batch-size", type=click.IntRange(1), help="Batch size, if not the recipe's default."
)
@click.option(
    "--teacher",
    "teachers",
    multiple=True,
    type=existing("file", "weights or a float hub that `zoo train` wrote"),
    help="Weights or float hub of a larger network to learn from; repeatable.",
)
@peer_option("Third-party network to learn from")
@click.option(
    "--start",
    type=existing("folder", "the folder of an earlier training"),
    help="Folder of an earlier training to start from.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A setting of the recipe, such as loss=l2; repeatable.",
)
@seed_option("Seed of the training.")
@click.option("--accelerator", default="auto", show_default=True, help="auto, cpu, cuda, mps.")
@json_option
def command(
    model: str,
    data: tuple[Path, ...],
    out: Path | None,
    epochs: int | None,
    batch_size: int | None,
    teachers: tuple[Path, ...],
    peers: tuple[tuple[Path, Path], ...],
    start: Path | None,
    settings: tuple[str, ...],
    seed: int,
    accelerator: str,
    as_json: bool,
) -> None:
    """Train MODEL; an interrupted training in the same folder resumes."""
    recipe = find_recipe(model, None)
    if not recipe.train:
        raise UsageError(f"{recipe.name}: this model has no training; see CONTRIBUTING")
    if find_spec("torch") is None:
        raise MissingToolError(f"training needs PyTorch: {install_extra('train')}")
    folder = out or Path("runs") / recipe.name
    chosen = _named(settings)
    numbers = {"epochs": epochs, "batch_size": batch_size}
    chosen |= {name: str(number) for name, number in numbers.items() if number is not None}
    options = TrainOptions(data, folder, seed, accelerator, teachers, peers, start, chosen)
    weights: Path = registry.resolve(recipe.train)(recipe, options)
    hub = weights.with_suffix(".onnx")
    write_whole(hub, registry.resolve(recipe.export)(recipe, weights))
    if as_json:
        print_json({"weights": str(weights), "hub": str(hub)})
        return
    click.echo(f"weights: {weights}\nfloat hub: {hub}")
    words = ("--hub", str(hub), "--calib", str(data[0]), "--target", "x86")
    click.echo(f"next: {command_line(('zoo', 'build', recipe.name, *words))}")


def _named(settings: tuple[str, ...]) -> dict[str, str]:
    for setting in settings:
        if "=" not in setting:
            raise UsageError(f"--set {setting}: expected NAME=VALUE, such as loss=l2")
    return {name: value for name, _, value in (s.partition("=") for s in settings)}
