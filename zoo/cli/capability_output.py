"""Which nodes of a model a board runs: read, check and print them."""

from dataclasses import asdict
from pathlib import Path

import click

from zoo import registry
from zoo.build.first_source import read_network
from zoo.capability import find_capabilities
from zoo.cli.options import named_file
from zoo.cli.output import print_json, print_table
from zoo.recipe import Recipe
from zoo.target import Target
from zoo.user_file import is_user_file

__all__ = ["show_capabilities"]


def show_capabilities(
    model: str,
    target: Target,
    as_json: bool,
    size: tuple[int, int] | None = None,
    rate_hz: int = 0,
) -> None:
    """Print a row for each node, and how many do not fit the board.

    model: a recipe's name, for its float hub, or a network's file.
    size, rate_hz: of pictures and signals where the file leaves them open.
    """
    file = named_file(model) if is_user_file(model) else _float_hub(model)
    found = find_capabilities(read_network(file, size, rate_hz), target)
    rows = [asdict(capability) for capability in found]
    misfits = sum(bool(capability.why) for capability in found)
    if as_json:
        print_json({"target": target.name, "fits": misfits == 0, "nodes": rows})
        return
    print_table(f"{model} on {target.name}", rows)
    verdict = f"{misfits} of {len(rows)} nodes do not fit: `zoo build` refuses them"
    click.echo(verdict if misfits else f"all {len(rows)} nodes fit")


def _float_hub(model: str) -> Path:
    recipe: Recipe = registry.load("recipe", model)
    return recipe.demand_float_hub()
