"""Which nodes of a model a board runs: read, check and print them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from zoo import registry
from zoo.build.first_source import read_network
from zoo.build.models import find_recipe
from zoo.capability import NodeTime, find_capabilities, find_times
from zoo.cli.options import named_file
from zoo.cli.output import print_json, print_table
from zoo.cost import CostReport, CostTable
from zoo.graph import Graph
from zoo.recipe import Recipe
from zoo.scheme import Scheme
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
    graph = read_network(file, size, rate_hz)
    scheme = _scheme(model, target)
    found = find_capabilities(graph, target, scheme)
    entries = [asdict(capability) for capability in found]
    misfits = sum(bool(capability.why) for capability in found)
    times = () if misfits else find_times(graph, target)
    rows = _timed(entries, times)
    table = None if misfits or scheme is None else _costs(graph, target, scheme)
    if as_json:
        facts = {"target": target.name, "fits": misfits == 0, "nodes": rows}
        estimate = {"estimate": _estimate(times)} if times else {}
        costs = {} if table is None else {"costs": [dict(row) for row in table.rows]}
        print_json({**facts, **estimate, **costs})
        return
    print_table(f"{model} on {target.name}", rows)
    verdict = f"{misfits} of {len(rows)} nodes do not fit: `zoo build` refuses them"
    click.echo(verdict if misfits else f"all {len(rows)} nodes fit")
    if times:
        click.echo(_in_words(times))
    if table is not None:
        print_table("costs", [_printed(row) for row in table.rows])
        for note in table.notes:
            click.echo(note)


def _estimate(times: Sequence[NodeTime]) -> dict[str, object]:
    total_ms = sum(time.total_ms for time in times)
    parts = [asdict(time) for time in times]
    return {"total_ms": total_ms, "frames_per_second": 1000 / total_ms, "parts": parts}


def _timed(
    rows: Sequence[Mapping[str, object]], times: Sequence[NodeTime]
) -> list[dict[str, object]]:
    """Return the rows with the estimated milliseconds of each node, if there are any."""
    by_node: dict[str, float] = {}
    for time in times:
        by_node[time.node] = by_node.get(time.node, 0) + time.total_ms
    first = ("node", "op", "runs_on")
    return [
        {**{key: row[key] for key in first}, "estimated_ms": by_node.get(str(row["node"])), **row}
        if times
        else dict(row)
        for row in rows
    ]


def _in_words(times: Sequence[NodeTime]) -> str:
    total_ms = sum(time.total_ms for time in times)
    return (
        f"estimated, not measured: {_rounded(total_ms)} ms for the network, "
        f"{_rounded(1000 / total_ms)} frames per second without camera, steps and display"
    )


def _rounded(value: float) -> str:
    """Return a positive number as text, three digits of it."""
    digits = f"{value:.3g}"
    return f"{float(digits):,.0f}" if value >= 100 else digits


def _scheme(model: str, target: Target) -> Scheme | None:
    """Return the target's scheme of integers, None if it has none, with the model's own widths."""
    integers = (name for name in target.schemes.values() if registry.knows("scheme", name))
    name = next(integers, None)
    if name is None:
        return None
    scheme: Scheme = registry.load("scheme", name)
    if not is_user_file(model):
        recipe: Recipe = registry.load("recipe", model)
        scheme = recipe.widths(scheme)
    return scheme


def _costs(graph: Graph, target: Target, scheme: Scheme) -> CostTable | None:
    """Return the compiler's costs, None if it has none."""
    compiler = registry.load("compiler", target.compiler)
    return compiler.costs(graph, target, scheme) if isinstance(compiler, CostReport) else None


def _float_hub(model: str) -> Path:
    return find_recipe(model, None).demand_float_hub()


def _printed(row: Mapping[str, object]) -> dict[str, object]:
    """Return a row whose times have two digits, as data sheets print them."""
    return {
        key: f"{value:.2f}" if isinstance(value, float) else value for key, value in row.items()
    }
