"""zoo eval: accuracy on a labelled data set."""

from dataclasses import asdict
from itertools import chain
from pathlib import Path

import click

from zoo import registry
from zoo.cli.options import cache_option, json_option, model_argument, open_cache, registered
from zoo.cli.output import print_json, print_table
from zoo.cli.suite_output import show_suite
from zoo.plan import Wish, find_recipe, published_quantizations


@click.command("eval")
@model_argument
@click.option("--data", required=True, type=click.Path(path_type=Path), help="Labelled data set.")
@click.option("--quant", "quants", multiple=True, help="none, fp16, ptq, ...; default: published.")
@click.option(
    "--form",
    "wanted",
    multiple=True,
    default=("hub",),
    show_default=True,
    help="hub, reference or artifact.",
)
@click.option("--target", default="x86", show_default=True, type=registered("target"))
@click.option("--scheme", default="", type=registered("scheme"), help="Instead of the target's.")
@click.option("--hub", type=click.Path(path_type=Path), help="Float ONNX instead of the published.")
@click.option("--calib", "calibration", type=click.Path(path_type=Path), help="Quantize anew.")
@click.option("--calibrator", default="", help="minmax, percentile or mse.")
@click.option(
    "--weights",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Trained weights (safetensors), run by PyTorch; can be repeated.",
)
@click.option(
    "--peer",
    "peers",
    multiple=True,
    nargs=2,
    metavar="ONNX CONTRACT",
    type=click.Path(path_type=Path),
    help="Another network, measured by the same code; can be repeated.",
)
@click.option("--suite", default="", help="A suite of tests instead, such as robustness.")
@cache_option
@json_option
def command(
    data: Path,
    quants: tuple[str, ...],
    wanted: tuple[str, ...],
    weights: tuple[Path, ...],
    peers: tuple[tuple[Path, Path], ...],
    suite: str,
    cache_folder: Path | None,
    as_json: bool,
    **wish: object,
) -> None:
    """Measure MODEL, and peers, on labelled data."""
    from zoo import subjects

    asked = Wish(**wish)  # type: ignore[arg-type]  # names and types are the options'
    recipe = find_recipe(asked.model, None)
    cache = open_cache(cache_folder)
    target = registry.load("target", asked.target)
    published = published_quantizations(recipe, target, asked.scheme)
    built = subjects.forms(asked, quants or published, wanted, cache)
    measured = chain(
        subjects.load_weights(recipe, weights),
        subjects.load_forms(built),
        subjects.load_peers(recipe, peers),
    )
    if suite:
        found = subjects.find_suite(recipe, suite)
        show_suite(subjects.measure_suite(found, measured, data), as_json)
        return
    results = list(subjects.evaluate(measured, data))
    if as_json:
        print_json([{"subject": name, **asdict(result)} for name, result in results])
        return
    rows = [
        {"subject": name, "data": result.data, "n": result.count, **result.metrics}
        for name, result in results
    ]
    print_table("Accuracy", rows)
