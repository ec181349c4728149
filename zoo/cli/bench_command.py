"""zoo bench: latency, side by side in one run, on this machine or on a board."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from zoo.cli.options import cache_option, json_option, open_cache, registered
from zoo.cli.output import print_json, print_table
from zoo.errors import RefusedError, ToolchainError, UsageError
from zoo.plan import Wish

if TYPE_CHECKING:
    from zoo.bench.latency import Latency
    from zoo.bench.timing import Subject

_OF_PROCESSOR = ("targets", "runtime", "threads", "peers", "baseline")
_OF_GPU = ("batches",)
_OF_MODELS = ("quants", "targets", "runtime", "peers", "baseline", "random_weights", "device")
_QUANTS = {"cpu": ("none", "ptq"), "cuda": ("none", "fp16", "ptq")}
_GPU_BATCHES = (1, 64)
_TIMES = ("runs", "median_ms", "p95_ms", "min_ms")
_SHOWN_OF = {
    "cpu": ("name", "threads", *_TIMES),
    "cuda": ("name", "batch", *_TIMES, "samples_per_s"),
}
_SHOWN_IF_KNOWN = ("times_float", "watts", "celsius", "slowed")


@click.command()
@click.argument("models", nargs=-1, required=True, type=registered("recipe"))
@click.option("--quant", "quants", multiple=True, help="Default: none and ptq; on a GPU fp16, too.")
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
@click.option(
    "--device",
    default="cpu",
    show_default=True,
    type=click.Choice(["cpu", "cuda"]),
    help="cuda: this machine's NVIDIA GPU, by PyTorch and TensorRT.",
)
@click.option(
    "--batch",
    "batches",
    multiple=True,
    default=_GPU_BATCHES,
    show_default=True,
    type=click.IntRange(1),
    help="Samples of a run on a GPU; can be repeated.",
)
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
    **here: Any,  # noqa: ANN401 (options that only go with this machine's processor)
) -> None:
    """Time MODELS and peers on this machine, one sample at a time, in turn.

    With --device cuda, MODELS on its NVIDIA GPU, in batches of one and of many samples.

    With --ssh, MODELS are bundles: each is copied to a board, proven there by its self-test, timed
    there by its own program, and removed again.
    """
    from zoo.bench.latency import beside_float, report

    wanted = _Wanted(models, quants or _QUANTS[device], random_weights, cache_folder)
    if host:
        _refuse((*_OF_MODELS, *_OF_GPU), "--ssh, which times bundles that are built")
        machine, latencies = _on_board(host, models, threads, rounds * runs)
    elif device == "cuda":
        _refuse(_OF_PROCESSOR, "--device cuda, which times PyTorch and TensorRT")
        machine, latencies = _on_gpu(wanted, batches, rounds, runs)
    else:
        _refuse(_OF_GPU, "--device cpu, which times one sample at a time")
        machine, latencies = _here(wanted, threads, rounds, runs, **here)
    written = report(machine, beside_float(latencies))
    if out is not None:
        _write(out, json.dumps(written, indent=2) + "\n")
    if as_json:
        print_json(written)
        return
    title = f"Latency on {machine.get('gpu') or machine['processor']}"
    print_table(title, _rows(written["latencies"], _SHOWN_OF[device]))


@dataclass(frozen=True)
class _Wanted:
    """What is timed, here or on a GPU."""

    models: Sequence[str]
    quants: Sequence[str]
    random_weights: bool
    cache_folder: Path | None

    def wishes(self, target: str, runtime: str, folder: Path) -> Iterator[Wish]:
        """Yield a wish for each model. folder: where random weights are written."""
        from zoo.bench.subjects import with_random_weights

        for model in self.models:
            wish = Wish(model, target, runtime=runtime)
            yield with_random_weights(wish, folder) if self.random_weights else wish


def _here(
    wanted: _Wanted,
    threads: int,
    rounds: int,
    runs: int,
    *,
    targets: Sequence[str],
    runtime: str,
    peers: Sequence[tuple[Path, Path]],
    baseline: bool,
) -> "tuple[dict[str, object], list[Latency]]":
    from zoo.bench import subjects as contestants
    from zoo.bench.timing import machine, measure

    cache = open_cache(wanted.cache_folder)
    refused: list[RefusedError] = []
    with TemporaryDirectory(prefix="zoo-bench-") as name:
        folder = Path(name)
        subjects: list[Subject] = []
        for wish in wanted.wishes(targets[0], runtime, folder):
            subjects.extend(contestants.ours(wish, targets, wanted.quants, cache, refused.append))
            if baseline:
                subjects.append(contestants.baseline(wish, cache, folder))
        subjects.extend(contestants.peers(peers))
        _tell(subjects, refused)
        return machine(), measure(subjects, threads, rounds, runs)


def _on_gpu(
    wanted: _Wanted, batches: Sequence[int], rounds: int, runs: int
) -> "tuple[dict[str, object], list[Latency]]":
    from zoo.bench.gpu_subjects import on_gpu
    from zoo.bench.timing import machine, measure
    from zoo.nvidia_gpu import find_gpu

    gpu = find_gpu()
    if gpu is None:
        raise ToolchainError(
            "--device cuda: nvidia-smi finds no NVIDIA GPU in this machine; install its driver, "
            "or time a board's bundle by --ssh"
        )
    cache = open_cache(wanted.cache_folder)
    refused: list[RefusedError] = []
    with TemporaryDirectory(prefix="zoo-bench-") as name:
        folder = Path(name)
        subjects: list[Subject] = []
        for wish in wanted.wishes("x86", "", folder):
            subjects.extend(
                on_gpu(wish, gpu, wanted.quants, batches, cache, folder, refused.append)
            )
        _tell(subjects, refused)
        return machine(gpu), measure(subjects, 1, rounds, runs)


def _tell(subjects: "Sequence[Subject]", refused: Sequence[RefusedError]) -> None:
    """Print what is left out and why; raises the first reason where nothing is left."""
    if not subjects and refused:
        raise refused[0]
    for message in dict.fromkeys(map(str, refused)):
        click.echo(f"left out: {message}", err=True)


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


def _refuse(names: Collection[str], because: str) -> None:
    """Raise UsageError for an option of these that was given."""
    context = click.get_current_context()
    for parameter in context.command.params:
        given = context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
        if parameter.name in names and given:
            raise UsageError(f"{parameter.opts[0]} does not go with {because}")


def _rows(latencies: Any, shown: Sequence[str]) -> list[dict[str, object]]:  # noqa: ANN401 (JSON)
    """Return the columns for people; what is known of no network is none."""
    known = [name for name in _SHOWN_IF_KNOWN if any(row[name] is not None for row in latencies)]
    return [{name: row[name] for name in (*shown, *known)} for row in latencies]
