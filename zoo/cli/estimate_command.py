"""zoo estimate: work, memory and latency of models on boards, before anything is built."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoo.cli.completion import quantizations, runtimes
from zoo.cli.options import (
    chosen_runtime,
    cpu_tail_option,
    existing,
    json_option,
    registered,
    signal_option,
    size_option,
    source_of,
)
from zoo.cli.output import print_json, print_table
from zoo.errors import RefusedError, UnsupportedOpError
from zoo.quoting import terminal

if TYPE_CHECKING:
    from zoo.build.wish import Wish
    from zoo.estimate.estimate import Estimate
    from zoo.target import Target

_SHORT = "--layers tells how each time was found, and how sure it is"


@click.command()
@click.argument("models", nargs=-1, required=True, type=registered("recipe"))
@click.option(
    "--target",
    "targets",
    multiple=True,
    required=True,
    type=registered("target"),
    help="Board; repeatable.",
)
@click.option(
    "--runtime",
    default="",
    shell_complete=runtimes,
    help="Runtime, if not the board's default, such as c or ort.",
)
@cpu_tail_option
@click.option(
    "--quant",
    "quants",
    multiple=True,
    shell_complete=quantizations,
    help="Repeatable; default: ptq.",
)
@click.option(
    "--scheme",
    default="",
    type=registered("scheme"),
    help="Integer scheme instead of the target's.",
)
@click.option(
    "--measured",
    type=existing("file", "what `zoo bench --out` wrote"),
    metavar="FILE",
    help="Correct the estimates by what zoo bench measured on the board.",
)
@click.option("--layers", is_flag=True, help="Also print each layer, and how times were found.")
@size_option
@signal_option
@json_option
def command(
    models: tuple[str, ...],
    targets: tuple[str, ...],
    runtime: str,
    cpu_tail: bool,
    quants: tuple[str, ...],
    scheme: str,
    measured: Path | None,
    layers: bool,
    size: str,
    rate_hz: int,
    as_json: bool,
) -> None:
    """Estimate what MODELS need on boards: work, memory and latency, in seconds and unbuilt.

    MODELS are names, chain files, or network files, which need no contract. The JSON has the keys
    of `zoo bench`. docs/estimate.md says how times are found and how far off they are.
    """
    from zoo.build.targets import runtime_of_build
    from zoo.build.wish import Wish
    from zoo.estimate.report import report

    wish = Wish("", "", scheme=scheme, runtime=chosen_runtime(runtime, cpu_tail))
    wishes = [
        replace(one, target=target, quant=quant, runtime=runtime_of_build(target, one.runtime))
        for one in _each(models, wish)
        for target in targets
        for quant in quants or (one.quant,)
    ]
    found = list(_estimates(wishes, source_of(size, rate_hz), measured))
    if as_json:
        print_json(report(found))
        return
    how = f"corrected by {measured.name}" if measured else "not measured"
    print_table(f"Estimated, {how}", [_shown(one) for one in found])
    notes = dict.fromkeys(map(_note, found))
    if len(notes) > 1 and not layers:
        notes = dict.fromkeys((_SHORT,))
    for note in notes:
        click.echo(note)
    for one in found if layers else ():
        click.echo()
        _print_layers(one)


def _each(models: tuple[str, ...], wish: "Wish") -> Iterator["Wish"]:
    """Yield a wish for each network, those of a chain file apart."""
    from zoo.build.chain import is_chain_file, networks_of

    for model in models:
        asked = replace(wish, model=model)
        yield from networks_of(asked) if is_chain_file(model) else (asked,)


def _estimates(
    wishes: list["Wish"], source: tuple[tuple[int, int] | None, int], measured: Path | None
) -> Iterator["Estimate"]:
    """Yield the estimates; of several, those that a board refuses are left out and told."""
    from zoo.estimate.calibration import calibrated, read_measured
    from zoo.estimate.deployed import deployed_on, find_deployed
    from zoo.estimate.estimate import estimate

    rows = read_measured(measured) if measured else ()
    for wish in wishes:
        try:
            found = estimate(find_deployed(wish, *source))
        except (RefusedError, UnsupportedOpError) as error:
            if len(wishes) == 1:
                raise
            click.echo(terminal(f"skipped: {wish.model} on {wish.target}: {error}"), err=True)
            continue

        def again(
            model: str, quant: str, wish: "Wish" = wish, target: "Target" = found.network.target
        ) -> "Estimate":
            return estimate(deployed_on(target, replace(wish, model=model, quant=quant)))

        yield calibrated(found, rows, again, measured.name if measured else "")


def _shown(found: "Estimate") -> Mapping[str, object]:
    low_ms, high_ms = found.range_ms
    return {
        "name": found.network.name,
        "runtime": found.network.target.executor,
        "million macs": found.macs / 1e6,
        "weights_bytes": f"{found.memory.weights_bytes:,}",
        "arena_bytes": f"{found.memory.arena_bytes:,}",
        "ms": f"> {found.ms:.3g}" if found.is_bound else found.ms,
        "from ms": None if found.is_bound else low_ms,
        "to ms": high_ms,
    }


def _note(found: "Estimate") -> str:
    """Return how the times of one network were found."""
    target, method = found.network.target.name, found.method
    if method is None:
        return (
            f"{target}: no latency is estimated: the target states no speed for "
            f"{found.network.number_format}"
        )
    if method.is_bound:
        sure = ". What the hardware allows: programs take longer, and none was measured"
    elif not method.factor:
        sure = ". Never compared with a measured time"
    elif method.factor == 1:
        sure = ""
    else:
        sure = f". Up to {method.factor:.3g} times as long or as short"
    return f"{target}: {method.text}{sure}"


def _print_layers(found: "Estimate") -> None:
    rows = [
        {
            "node": layer.node,
            "op": layer.op,
            "macs": layer.macs,
            "bytes": layer.bytes,
            "us": None if layer.ms is None else 1000 * layer.ms,
            "limit": layer.limit,
        }
        for layer in found.layers
    ]
    print_table(found.network.name, rows)
