"""zoo bench: latency, side by side in one run, on this machine or on a board."""

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from zoo.cli.options import cache_option, json_option, open_cache, registered
from zoo.cli.output import print_json, print_table
from zoo.errors import RefusedError, UsageError
from zoo.plan import Wish

if TYPE_CHECKING:
    from zoo.bench.latency import Latency
    from zoo.bench.timing import Subject

_OF_MODELS = ("quants", "targets", "runtime", "peers", "baseline", "random_weights")
_SHOWN = ("name", "threads", "runs", "median_ms", "p95_ms", "min_ms")
_SHOWN_IF_KNOWN = ("times_float", "watts", "celsius", "slowed")


@click.command()
@click.argument("models", nargs=-1, required=True, type=registered("recipe"))
@click.option("--quant", "quants", multiple=True, default=("none", "ptq"), show_default=True)
@click.option(
    "--target",
    "targets",
    multiple=True,
    default=("x86",),
    show_default=True,
    type=registered("target"),
    help="Whose program computes; can be repeated.",
)
@click.option("--runtime", default="", help="Of the targets, instead of their own: ort.")
@click.option("--threads", default=1, show_default=True, type=click.IntRange(1))
@click.option("--rounds", default=10, show_default=True, type=click.IntRange(1))
@click.option("--runs", default=50, show_default=True, type=click.IntRange(1), help="A round.")
@click.option(
    "--peer",
    "peers",
    multiple=True,
    nargs=2,
    metavar="ONNX CONTRACT",
    type=click.Path(path_type=Path),
    help="Another network, timed in the same run; can be repeated.",
)
@click.option("--baseline", is_flag=True, help="Also as ONNX Runtime's quantize_static makes them.")
@click.option(
    "--random-weights", is_flag=True, help="Untrained weights: for latency they are as good."
)
@click.option(
    "--ssh", "host", default="", metavar="USER@HOST[:PORT]", help="Time bundles on that board."
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the JSON to a file, too.")
@cache_option
@json_option
def command(
    models: tuple[str, ...],
    threads: int,
    rounds: int,
    runs: int,
    host: str,
    out: Path | None,
    as_json: bool,
    **here: Any,  # noqa: ANN401 (options that only go with this machine)
) -> None:
    """Time MODELS and peers on this machine, one sample at a time, in turn.

    With --ssh, MODELS are bundles: each is copied to a board, proven there by its self-test, timed
    there by its own program, and removed again.
    """
    from zoo.bench.latency import beside_float, report

    if host:
        _refuse_options_of_models()
        machine, latencies = _on_board(host, models, threads, rounds * runs)
    else:
        machine, latencies = _here(models, threads, rounds, runs, **here)
    latencies = beside_float(latencies)
    written = report(machine, latencies)
    if out is not None:
        _write(out, json.dumps(written, indent=2) + "\n")
    if as_json:
        print_json(written)
        return
    print_table(f"Latency on {machine['processor']}", _rows(written["latencies"]))


def _here(
    models: Sequence[str],
    threads: int,
    rounds: int,
    runs: int,
    *,
    quants: Sequence[str],
    targets: Sequence[str],
    runtime: str,
    peers: Sequence[tuple[Path, Path]],
    baseline: bool,
    random_weights: bool,
    cache_folder: Path | None,
) -> "tuple[dict[str, object], list[Latency]]":
    from zoo.bench import subjects as contestants
    from zoo.bench.timing import machine, measure

    cache = open_cache(cache_folder)
    refused: list[RefusedError] = []
    with TemporaryDirectory(prefix="zoo-bench-") as name:
        folder = Path(name)
        subjects: list[Subject] = []
        for model in models:
            wish = Wish(model, targets[0], runtime=runtime)
            if random_weights:
                wish = contestants.with_random_weights(wish, folder)
            subjects.extend(contestants.ours(wish, targets, quants, cache, refused.append))
            if baseline:
                subjects.append(contestants.baseline(wish, cache, folder))
        subjects.extend(contestants.peers(peers))
        if not subjects and refused:
            raise refused[0]
        for error in refused:
            click.echo(f"left out: {error}", err=True)
        return machine(), measure(subjects, threads, rounds, runs)


def _on_board(
    host: str, bundles: Sequence[str], threads: int, runs: int
) -> "tuple[dict[str, object], list[Latency]]":
    from zoo.bench.board import board_machine, measure_on_board
    from zoo.bench.ssh import connect
    from zoo.bundle import unpack

    with TemporaryDirectory(prefix="zoo-bench-") as folder:
        archives = [Path(bundle) for bundle in bundles]
        unpacked = [unpack(a, Path(folder, str(i))) for i, a in enumerate(archives)]
        with connect(host) as board:
            latencies = [
                measure_on_board(board, archive, bundle, threads, runs)
                for archive, bundle in zip(archives, unpacked, strict=True)
            ]
            return board_machine(board), latencies


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"--out {out}: cannot be written ({error.strerror})") from error


def _refuse_options_of_models() -> None:
    context = click.get_current_context()
    for parameter in context.command.params:
        given = context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
        if parameter.name in _OF_MODELS and given:
            raise UsageError(
                f"{parameter.opts[0]} does not go with --ssh, which times bundles that are built"
            )


def _rows(latencies: Any) -> list[dict[str, object]]:  # noqa: ANN401 (as JSON holds them)
    """Return the columns for people; what is known of no network is none."""
    known = [name for name in _SHOWN_IF_KNOWN if any(row[name] is not None for row in latencies)]
    return [{name: row[name] for name in (*_SHOWN, *known)} for row in latencies]
