"""zoo contract: a first contract from a file, and a contract compared with its file."""

from pathlib import Path

import click

from zoo.cli.options import named_file, signal_option, size_option, source_of
from zoo.errors import FileKindError, NotWrittenError
from zoo.file_content import demand_writable, write_whole
from zoo.names import proposed_name
from zoo.user_file import is_user_file, suffixes


@click.group()
def command() -> None:
    """Write and check contracts of .onnx and .tflite files."""


@command.command()
@click.argument("model")
@click.option("--out", default="contract.toml", show_default=True, type=click.Path(path_type=Path))
@size_option
@signal_option
def init(model: str, out: Path, size: str, rate_hz: int) -> None:
    """Write a first contract of MODEL, a file: its names and shapes, guesses marked."""
    from zoo.build.first_contract import first_contract

    file = _network_file(model)
    source = source_of(size, rate_hz)
    if out.exists() or out.is_symlink():
        raise NotWrittenError(f"{out}: already exists; give another file with --out, or remove it")
    demand_writable(out)
    write_whole(out, first_contract(file, *source).encode())
    click.echo(f"{out}: check the lines marked GUESS against the training code")


@command.command()
@click.argument("contract", type=click.Path(path_type=Path))
@click.argument("model")
def check(contract: Path, model: str) -> None:
    """Check that CONTRACT, a .toml file, fits MODEL, a file; print what the steps add."""
    from zoo.build.models import find_recipe
    from zoo.build.network import read_network
    from zoo.cli.output import print_table
    from zoo.data.processing import value_specs
    from zoo.data.tracking import track_events, track_specs

    file = _network_file(model)
    recipe = find_recipe(str(file), contract, proposed_name(file.stem))
    read_network(file, recipe)
    values = value_specs(recipe.contract)
    over_time = track_specs(recipe.contract, values)
    rows = [
        *({"value": name, "is": str(spec)} for name, spec in values.items()),
        *({"value": name, "is": f"{spec} over time"} for name, spec in over_time.items()),
        *({"value": name, "is": "event over time"} for name in track_events(recipe.contract)),
    ]
    print_table(f"{contract} fits {model}", rows)


def _network_file(model: str) -> Path:
    file = named_file(model)
    if not is_user_file(model):
        raise FileKindError(f"{model}: contracts are for {suffixes()} files; give one")
    return file
