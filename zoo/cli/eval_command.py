"""zoo eval: accuracy on a labelled data set."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from zoo.build.cache import Cache
from zoo.build.chain import is_chain_file, networks_of
from zoo.build.models import find_recipe
from zoo.build.quantization import published_quantizations
from zoo.build.targets import find_targets
from zoo.build.wish import Wish
from zoo.bundle.bundle import unpack
from zoo.cli.completion import calibrators, forms, quantizations, suites
from zoo.cli.options import (
    cache_option,
    existing,
    json_option,
    named_file,
    open_cache,
    peer_option,
    registered,
    writable_file,
)
from zoo.cli.output import print_json, print_table
from zoo.cli.suite_output import show_suite
from zoo.errors import UsageError
from zoo.file_content import write_whole

if TYPE_CHECKING:
    from zoo.build.subjects import Subject
    from zoo.data.evaluation import Evaluation

_BUNDLE = ".tar.gz"


@click.command("eval")
@click.argument("models", nargs=-1, required=True, type=registered("recipe"))
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DATA",
    help="Labelled data: FOLDER or NAME:FOLDER[:SPLIT].",
)
@click.option("--published", is_flag=True, help="All published hubs, for any board.")
@click.option(
    "--quant",
    "quants",
    multiple=True,
    shell_complete=quantizations,
    help="none, fp16, ptq, ...; default: published.",
)
@click.option(
    "--form",
    "wanted",
    multiple=True,
    default=("hub",),
    show_default=True,
    shell_complete=forms,
    help="hub, reference or artifact.",
)
@click.option("--target", default="x86", show_default=True, type=registered("target"))
@click.option(
    "--scheme", default="", type=registered("scheme"), help="Scheme, if not the target's."
)
@click.option(
    "--hub", type=click.Path(path_type=Path), help="Float ONNX to use instead of the published one."
)
@click.option(
    "--calib",
    "calibration",
    type=click.Path(path_type=Path),
    metavar="DATA",
    help="Quantize with these images.",
)
@click.option(
    "--calibrator",
    default="",
    shell_complete=calibrators,
    help="auto (tries all), minmax, percentile or mse.",
)
@click.option(
    "--weights",
    multiple=True,
    type=existing("file", "weights that `zoo train` wrote"),
    help="Trained weights (safetensors), run by PyTorch; repeatable.",
)
@peer_option("Third-party network, evaluated by the same code")
@click.option(
    "--suite",
    default="",
    shell_complete=suites,
    help="Run a suite of tests, such as robustness.",
)
@click.option(
    "--plot",
    "drawn",
    type=writable_file(),
    metavar="FILE.svg",
    help="Also draw the curves: cumulative error, precision and recall, or ROC.",
)
@cache_option
@json_option
def command(
    models: tuple[str, ...],
    data: Path,
    published: bool,
    quants: tuple[str, ...],
    wanted: tuple[str, ...],
    weights: tuple[Path, ...],
    peers: tuple[tuple[Path, Path], ...],
    suite: str,
    drawn: Path | None,
    cache_folder: Path | None,
    as_json: bool,
    **wish: object,
) -> None:
    """Evaluate MODELS and peers side by side on labelled data.

    A model may be a bundle, or a chain file: with a detector, the other network looks in the
    regions that it finds. Weights, peers and the suite use the first model's recipe.
    """
    from zoo.build import subjects

    _check_plot(drawn, suite)
    cache = open_cache(cache_folder)
    wishes = [Wish(model, **wish) for model in models]  # type: ignore[arg-type]  # as the options
    with TemporaryDirectory(prefix="zoo-eval-") as unpacked:
        built = [
            _bundle(wished, quants, wanted, published, Path(unpacked, str(index)))
            if wished.model.endswith(_BUNDLE)
            else _subjects(wished, quants, wanted, published, cache)
            for index, wished in enumerate(wishes)
        ]
        measured = chain(*built)
        if weights or peers or suite:
            first = find_recipe(models[0], None)
            trained = subjects.load_weights(first, weights)
            measured = chain(trained, *built, subjects.load_peers(first, peers))
        if suite:
            found = subjects.find_suite(first, suite)
            show_suite(subjects.measure_suite(found, measured, data), as_json)
            return
        results = list(subjects.evaluate(measured, data))
    _show(results, as_json)
    if drawn is not None and not _is_plotted(results, drawn):
        # As a note: with --json, standard output has the results and no second value.
        click.echo(f"note: --plot {drawn}: not written, these models have no curves", err=True)
        click.get_current_context().exit(UsageError.exit_status)


def _check_plot(drawn: Path | None, suite: str) -> None:
    """Raise UsageError for what cannot be drawn, before anything is measured."""
    if drawn is None:
        return
    if suite:
        raise UsageError("--plot does not go with --suite, whose results are tables")
    if drawn.suffix != ".svg":
        raise UsageError(
            f"--plot {drawn}: only .svg files are written; browsers show them, and "
            "`rsvg-convert -o FILE.png FILE.svg` turns them into other formats"
        )


def _is_plotted(results: "Sequence[tuple[str, Evaluation]]", file: Path) -> bool:
    """Draw the curves, and return whether there are any."""
    from zoo.drawing.charts import curve_charts
    from zoo.drawing.svg import standalone

    charts = curve_charts([(name, result.curves) for name, result in results])
    if charts:
        write_whole(file, standalone(charts).encode())
    return bool(charts)


def _show(results: "Sequence[tuple[str, Evaluation]]", as_json: bool) -> None:
    if as_json:
        print_json([{"subject": name, **asdict(result)} for name, result in results])
        return
    rows = [
        {"subject": name, "data": result.data, "n": result.count, **result.metrics}
        for name, result in results
    ]
    print_table("Accuracy", rows)


def _bundle(
    wish: Wish, quants: tuple[str, ...], wanted: tuple[str, ...], published: bool, folder: Path
) -> Iterator["Subject"]:
    from zoo.build import subjects

    if quants or published:
        raise UsageError(
            f"{wish.model}: is a bundle of one quantization; leave out "
            f"{'--quant' if quants else '--published'}"
        )
    return subjects.load_bundle(unpack(named_file(wish.model), folder), wanted)


def _subjects(
    wish: Wish, quants: tuple[str, ...], wanted: tuple[str, ...], published: bool, cache: Cache
) -> Iterator["Subject"]:
    from zoo.build import subjects

    if is_chain_file(wish.model):
        if published:
            raise UsageError(f"{wish.model}: is a chain file; leave out --published")
        network, _ = networks_of(wish)
        return subjects.load_forms(subjects.forms(wish, quants or (network.quant,), wanted, cache))
    recipe = find_recipe(wish.model, None)
    if published:
        return subjects.load_published(recipe)
    target = find_targets(wish.target)[-1]
    chosen = quants or published_quantizations(recipe, target, wish.scheme)
    return subjects.load_forms(subjects.forms(wish, chosen, wanted, cache))
