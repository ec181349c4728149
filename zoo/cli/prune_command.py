"""zoo prune: a smaller float network, with fewer channels in its layers."""

import shlex
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo.cli.completion import criteria
from zoo.cli.options import json_option, model_argument, seed_option, writable_file
from zoo.cli.output import print_json, print_table
from zoo.cli.progress import progress
from zoo.errors import UsageError
from zoo.file_content import demand_writable, write_whole
from zoo.names import proposed_name
from zoo.plugs import PruneOptions
from zoo.recipe import Recipe
from zoo.reporting import report
from zoo.training import FULL, PRECISIONS

if TYPE_CHECKING:
    from zoo.build.pruning import Pruned

_ANY = 0.5
"""A scan has shares of its own."""


@click.command("prune")
@model_argument
@click.option(
    "--macs",
    "share",
    type=float,
    metavar="SHARE",
    help="Multiply-accumulates that stay, as 0.6.",
)
@click.option(
    "--images",
    "--data",
    "data",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DATA",
    help="Folder of pictures, or labelled data: FOLDER or NAME:FOLDER[:SPLIT].",
)
@click.option(
    "--contract", type=click.Path(path_type=Path), help="Contract of a model's file, in TOML."
)
@click.option(
    "--hub", type=click.Path(path_type=Path), help="Float ONNX to use instead of the published one."
)
@click.option("--out", type=writable_file(), help="ONNX file; default MODEL-SHARE.onnx.")
@click.option(
    "--criterion",
    default="taylor",
    show_default=True,
    shell_complete=criteria,
    help="taylor or scale.",
)
@click.option(
    "--multiple",
    default=8,
    show_default=True,
    type=click.IntRange(1),
    help="Layers keep a multiple of it: 16 suits a DPU, 8 NEON and AVX, 4 microcontrollers.",
)
@click.option(
    "--steps",
    default=4,
    show_default=True,
    type=click.IntRange(1),
    help="Prunings, each followed by training.",
)
@click.option(
    "--epochs",
    default=8,
    show_default=True,
    type=click.IntRange(0),
    help="Epochs of training after each step.",
)
@click.option(
    "--last-epochs",
    type=click.IntRange(0),
    help="Epochs after the last step, if not --epochs.",
)
@click.option(
    "--count",
    default=500,
    show_default=True,
    type=click.IntRange(1),
    help="Pictures that rank channels; a recipe's training takes all.",
)
@click.option(
    "--scan", is_flag=True, help="Only show what each group of layers loses alone, untrained."
)
@click.option(
    "--each-step",
    is_flag=True,
    help="Also write the network after each earlier step, as OUT-step1.onnx.",
)
@click.option(
    "--precision",
    type=click.Choice(PRECISIONS),
    default=FULL,
    show_default=True,
    help="Of training; bf16-mixed is faster where the processor has bfloat16.",
)
@seed_option("Seed of the training.")
@json_option
def command(
    model: str,
    data: Path,
    contract: Path | None,
    hub: Path | None,
    out: Path | None,
    share: float | None,
    count: int,
    scan: bool,
    each_step: bool,
    as_json: bool,
    **options: Any,  # noqa: ANN401 (as the options)
) -> None:
    """Remove the channels of MODEL that matter least, and train the rest.

    The result is an ordinary float network, which builds everywhere.
    """
    from zoo.build.models import find_recipe
    from zoo.build.plan import float_hub
    from zoo.build.pruning import prune

    recipe = find_recipe(model, contract)
    whole = float_hub(recipe, hub)
    if scan:
        _show_scan(recipe, whole, data, count, PruneOptions(_ANY, **options), as_json)
        return
    if share is None:
        raise UsageError("zoo prune needs --macs SHARE, such as 0.6, or --scan")
    file = out or Path(f"{recipe.name}-{share:g}.onnx")
    own = file.with_suffix(".toml") if contract else None
    chosen = PruneOptions(share, **options)
    steps = range(1, chosen.steps) if each_step else ()
    earlier = {step: file.with_stem(f"{file.stem}-step{step}") for step in steps}
    written = [file, *earlier.values(), *filter(None, (own,))]
    _demand_others(written, [whole, *filter(None, (contract,))])
    with progress(explain=False):
        for step, pruned in enumerate(prune(recipe, whole, data, count, chosen), 1):
            if step in earlier:
                write_whole(earlier[step], pruned.hub)
                report(f"{earlier[step]}: {pruned.macs[1]:,} MACs")
    write_whole(file, pruned.hub)
    if own:
        write_whole(own, pruned.contract.encode())
    _show(pruned, file, own, as_json)
    if not as_json:
        named = [recipe.name, "--hub", file, "--name", proposed_name(file.stem)]
        what = [file, "--contract", own] if own else named
        words = map(str, [*what, "--images", data, "--target", "x86", "--quant", "ptq"])
        click.echo(f"next: zoo build {shlex.join(words)}")


def _demand_others(written: Sequence[Path], read: Sequence[Path]) -> None:
    """Raise UsageError if a file would replace one that is read, NotWrittenError if it cannot."""
    inputs = {file.resolve() for file in read}
    for file in written:
        if file.resolve() in inputs:
            raise UsageError(
                f"{file}: would be replaced by a result, but zoo prune reads it; name another "
                "file with --out"
            )
        demand_writable(file)


def _show_scan(
    recipe: Recipe, hub: Path, data: Path, count: int, options: PruneOptions, as_json: bool
) -> None:
    """Print what each group of layers loses when it is thinned."""
    from zoo.build.pruning import scan

    with progress(explain=False):
        found = list(scan(recipe, hub, data, count, options))
    if as_json:
        print_json([asdict(one) for one in found])
        return
    rows = [
        {
            "layers": _shortened(one.layers),
            "channels": one.channels,
            "loss by channels that stay": "  ".join(
                f"{kept}: {loss:.3g}" for kept, loss in one.losses.items()
            ),
        }
        for one in found
    ]
    print_table("sensitivity, in spreads of the outputs, untrained", rows)


def _shortened(layers: Sequence[str]) -> str:
    return f"{layers[0]} and {len(layers) - 1} more" if len(layers) > 1 else layers[0]


def _show(pruned: "Pruned", file: Path, own: Path | None, as_json: bool) -> None:
    """Print what became of the network. own: its contract's file."""
    facts = asdict(pruned)
    del facts["hub"], facts["contract"]
    if as_json:
        print_json({"hub": str(file), "contract": own and str(own), **facts})
        return
    print_table(
        "channels",
        [
            {"layer": name, "before": before, "after": after}
            for name, (before, after) in pruned.widths.items()
        ],
    )
    for what, (before, after) in (("MACs", pruned.macs), ("parameters", pruned.parameters)):
        click.echo(f"{what}: {after:,} of {before:,} ({after / before:.2f})")
    for name, loss in pruned.loss.items():
        click.echo(f"output '{name}' differs by {loss:.3g} of its spread, on {pruned.judged_on}")
    by = {
        "recipe": "trained by its recipe, with labels",
        "distillation": "trained by the outputs of the whole network",
        "none": "not trained",
    }
    click.echo(f"{by[pruned.training]}\n{file}")
    if own:
        click.echo(own)
