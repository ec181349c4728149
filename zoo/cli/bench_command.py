"""zoo bench: latency, side by side in one run."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from zoo.cache import Cache
from zoo.cli.options import cache_option, json_option, open_cache, registered
from zoo.cli.output import print_json, print_table
from zoo.plan import Wish, find_recipe

if TYPE_CHECKING:
    from zoo.benchmark import Subject


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
@click.option(
    "--random-weights", is_flag=True, help="Untrained weights: for latency they are as good."
)
@cache_option
@json_option
def command(
    models: tuple[str, ...],
    quants: tuple[str, ...],
    targets: tuple[str, ...],
    threads: int,
    rounds: int,
    runs: int,
    peers: tuple[tuple[Path, Path], ...],
    random_weights: bool,
    cache_folder: Path | None,
    as_json: bool,
) -> None:
    """Time MODELS and peers on this machine, one sample at a time, in turn."""
    from zoo.benchmark import machine, measure

    cache = open_cache(cache_folder)
    with TemporaryDirectory(prefix="zoo-bench-") as folder:
        subjects: list[Subject] = []
        for wish in (Wish(model, target) for model in models for target in targets):
            if random_weights:
                wish = _with_random_weights(wish, Path(folder))
            subjects.extend(_ours(wish, quants, cache))
        subjects.extend(_peers(peers))
        rows = [asdict(latency) for latency in measure(subjects, threads, rounds, runs)]
    if as_json:
        print_json({"machine": machine(), "latencies": rows})
        return
    print_table(f"Latency on {machine()['processor']}", rows)


def _ours(wish: Wish, quants: Sequence[str], cache: Cache) -> Iterator["Subject"]:
    from zoo.benchmark import Subject, sample
    from zoo.subjects import forms

    for form in forms(wish, quants, ("artifact",), cache):
        feeds = sample(form.plan.recipe.contract)
        name = f"{form.plan.recipe.name} {form.plan.quant} {wish.target}"
        yield Subject(name, form.executor, form.file, feeds)


def _peers(peers: Sequence[tuple[Path, Path]]) -> Iterator["Subject"]:
    from zoo.benchmark import Subject, sample

    for onnx, contract in peers:
        recipe = find_recipe(str(onnx), contract)
        yield Subject(recipe.name, "onnxruntime", onnx, sample(recipe.contract))


def _with_random_weights(wish: Wish, folder: Path) -> Wish:
    """Return the wish for an untrained hub, calibrated on rendered pictures."""
    from dataclasses import replace

    from zoo import registry
    from zoo.golden import golden_inputs

    recipe = find_recipe(wish.model, None)
    pictures = folder / "rendered"
    pictures.mkdir(exist_ok=True)
    golden_inputs(replace(recipe, golden=()), pictures)
    hub = folder / f"{recipe.name}.onnx"
    hub.write_bytes(registry.resolve(recipe.export)(recipe, None))
    return replace(wish, hub=hub, calibration=pictures)
