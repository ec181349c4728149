"""zoo bench: compare latency in one run, on this machine or on a board."""

import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from zoo.cli.completion import quantizations, runtimes
from zoo.cli.options import (
    cache_option,
    json_option,
    named_file,
    open_cache,
    peer_option,
    registered,
    writable_file,
)
from zoo.cli.output import json_text, print_json, print_table
from zoo.errors import UsageError
from zoo.file_content import write_whole

if TYPE_CHECKING:
    from zoo.bench.latency import ChainLatency, Latency

_OF_PROCESSOR = ("targets", "runtime", "threads", "peers", "baseline", "also_in")
_OF_GPU = ("batches",)
_OF_MODELS = ("quants", *_OF_PROCESSOR, "random_weights", "device")
_QUANTS = {"cpu": ("none", "ptq"), "cuda": ("none", "fp16", "ptq")}
_GPU_BATCHES = (1, 64)
_BUNDLE = ".tar.gz"
_TIMES = ("runs", "median_ms", "p95_ms", "min_ms")
_SHOWN_OF = {
    "cpu": ("name", "runtime", "threads", *_TIMES),
    "cuda": ("name", "batch", *_TIMES, "samples_per_s"),
}
_SHOWN_IF_KNOWN = (
    "border_ms",
    "steps_ms",
    "macs_per_ns",
    "of_peak",
    "times_float",
    "watts",
    "celsius",
    "slowed",
)


@click.command()
@click.argument("models", nargs=-1, required=True, type=registered("recipe"))
@click.option(
    "--quant",
    "quants",
    multiple=True,
    shell_complete=quantizations,
    help="Repeatable; default: none and ptq, plus fp16 on a GPU.",
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    default=("x86",),
    show_default=True,
    type=registered("target"),
    help="Target whose runtime to time, as a build has it; repeatable.",
)
@click.option(
    "--runtime",
    default="",
    shell_complete=runtimes,
    help="Runtime, if not the targets' default, such as c or ort.",
)
@click.option("--threads", default=1, show_default=True, type=click.IntRange(1))
@click.option("--rounds", default=10, show_default=True, type=click.IntRange(1))
@click.option(
    "--device",
    default="cpu",
    show_default=True,
    type=click.Choice(["cpu", "cuda"]),
    help="cuda: this machine's NVIDIA GPU, with PyTorch and TensorRT.",
)
@click.option(
    "--batch",
    "batches",
    multiple=True,
    default=_GPU_BATCHES,
    show_default=True,
    type=click.IntRange(1),
    help="Samples per run on a GPU; repeatable.",
)
@click.option(
    "--runs", default=50, show_default=True, type=click.IntRange(1), help="Runs per round."
)
@peer_option("Third-party network to time in the same run")
@click.option("--baseline", is_flag=True, help="Also time ONNX Runtime's quantize_static.")
@click.option(
    "--also-in",
    multiple=True,
    metavar="EXECUTOR",
    help="Also time each ONNX file in this executor, such as openvino; repeatable.",
)
@click.option("--random-weights", is_flag=True, help="Untrained weights; latency is the same.")
@click.option(
    "--ssh", "host", default="", metavar="USER@HOST[:PORT]", help="Time bundles on this board."
)
@click.option("--out", type=writable_file(), help="Also write the JSON to a file.")
@cache_option
@json_option
def command(
    models: tuple[str, ...],
    host: str,
    device: str,
    quants: tuple[str, ...],
    batches: tuple[int, ...],
    threads: int,
    rounds: int,
    runs: int,
    random_weights: bool,
    cache_folder: Path | None,
    out: Path | None,
    as_json: bool,
    **of_processor: Any,  # noqa: ANN401 (options that go with nothing else)
) -> None:
    """Time MODELS and peers on this machine, one sample at a time, interleaved.

    With --device cuda, time MODELS on its NVIDIA GPU, in batches of one and more samples.

    MODELS may be bundles, which their own programs time, after their self-test. A bundle of two
    networks is also timed as a chain, by part. With --ssh, each is copied to the board, and removed
    again. Of a chain file, each network is timed alone. A network's file needs its contract beside
    it, as FILE.toml, and is quantized on rendered pictures.
    """
    from zoo.bench.contest import Contest, on_board, on_gpu, on_processor
    from zoo.bench.latency import ChainLatency, beside_float, report

    chains: list[ChainLatency] = []
    cache = open_cache(cache_folder)
    contest = Contest(
        models, quants, _QUANTS[device], rounds, runs, random_weights, cache, _left_out
    )
    if host or all(map(_is_bundle, models)):
        timed = "--ssh, which times" if host else "the programs of"
        _refuse((*_OF_MODELS, *_OF_GPU), f"{timed} built bundles")
        bundles = [str(named_file(model)) for model in models]
        machine, latencies, chains = on_board(host, bundles, threads, rounds * runs)
    elif device == "cuda":
        _refuse(_OF_PROCESSOR, "--device cuda, which times PyTorch and TensorRT")
        machine, latencies = on_gpu(contest, batches)
    else:
        _refuse(_OF_GPU, "--device cpu, which times one sample at a time")
        _check_threads(threads)
        machine, latencies = on_processor(contest, threads, **of_processor)
    written = report(machine, beside_float(latencies), chains)
    if out is not None:
        write_whole(out, (json_text(written) + "\n").encode())
    if as_json:
        print_json(written)
        return
    title = f"Latency on {machine.get('gpu') or machine['processor']}"
    print_table(title, _rows(written["latencies"], _SHOWN_OF[device]))
    for note in dict.fromkeys(filter(None, map(_peak_note, latencies))):
        click.echo(note)
    if chains:
        click.echo()
        print_table("A photo by part, mean", [_chain_row(chain) for chain in chains])


def _is_bundle(model: str) -> bool:
    return model.endswith(_BUNDLE)


def _chain_row(chain: "ChainLatency") -> dict[str, object]:
    times = ("photo_ms", "detector_ms", "tracking_ms", "network_ms", "rest_ms")
    way = "--track" if chain.follows else ""
    row = {"name": f"{chain.name} {way}".rstrip(), "faces": chain.faces}
    return row | {name: getattr(chain, name) for name in times}


def _peak_note(latency: "Latency") -> str:
    if latency.peak_macs_per_ns is None:
        return ""
    return (
        f"of_peak: fastest run, of {latency.peak_macs_per_ns} multiply-accumulates per ns on one "
        f"thread, measured with {latency.peak_instruction}"
    )


def _left_out(reason: str) -> None:
    click.echo(f"skipped: {reason}", err=True)


def _check_threads(threads: int) -> None:
    processors = len(os.sched_getaffinity(0))
    if threads > processors:
        raise UsageError(
            f"--threads {threads}: expected a number from 1 to {processors}, the processors that "
            "this program may use"
        )


def _refuse(names: Collection[str], because: str) -> None:
    """Raise UsageError if any of these options was given."""
    context = click.get_current_context()
    for parameter in context.command.params:
        given = context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
        if parameter.name in names and given:
            raise UsageError(f"{parameter.opts[0]} does not go with {because}")


def _rows(latencies: Any, shown: Sequence[str]) -> list[dict[str, object]]:  # noqa: ANN401 (JSON)
    """Return the columns to print, without those that are empty for every network."""
    known = [name for name in _SHOWN_IF_KNOWN if any(row[name] is not None for row in latencies)]
    return [{name: row[name] for name in (*shown, *known)} for row in latencies]
