"""zoo diagnose: where an integer network loses accuracy, why, and what helps."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from zoo.build.plan import make_plan
from zoo.build.wish import Wish
from zoo.cli.completion import calibrators, quantizations, runtimes
from zoo.cli.diagnosis_output import show_diagnosis
from zoo.cli.options import cache_option, json_option, open_cache, registered
from zoo.cli.output import print_json, print_table
from zoo.errors import UsageError


@click.command()
@click.argument("model", type=registered("recipe"))
@click.option("--target", required=True, type=registered("target"), help="Board to build for.")
@click.option(
    "--runtime",
    default="",
    shell_complete=runtimes,
    help="Runtime, if not the board's default, such as c or ort.",
)
@click.option("--quant", default="", shell_complete=quantizations, help="ptq (default) or qat.")
@click.option(
    "--scheme", default="", type=registered("scheme"), help="Scheme, if not the target's."
)
@click.option(
    "--contract", type=click.Path(path_type=Path), help="Contract of a model's file, in TOML."
)
@click.option(
    "--hub", type=click.Path(path_type=Path), help="Float file to use instead of the published one."
)
@click.option(
    "--calib",
    "calibration",
    type=click.Path(path_type=Path),
    metavar="DATA",
    help="Quantize with these images, as in `zoo build`; default: --images, or the published one.",
)
@click.option(
    "--calib-count",
    "calibration_count",
    type=click.IntRange(1),
    help="Maximum number of images for it; default 500, for qat 2000.",
)
@click.option(
    "--calibrator",
    default="",
    shell_complete=calibrators,
    help="auto (tries all), minmax, percentile or mse.",
)
@click.option(
    "--images",
    type=click.Path(path_type=Path),
    metavar="DATA",
    help="Diagnose with these images, without labels: FOLDER or NAME:FOLDER[:SPLIT]; default: "
    "those of --calib that are held out.",
)
@click.option(
    "--count",
    default=32,
    show_default=True,
    type=click.IntRange(2),
    help="Maximum number of these images.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DATA",
    help="Also compare both networks' accuracy on this labelled data, by regions and groups.",
)
@click.option(
    "--try",
    "tries",
    is_flag=True,
    help="Also quantize by every other way that the target takes, and print each one's loss.",
)
@cache_option
@json_option
def command(
    images: Path | None,
    count: int,
    data: Path | None,
    tries: bool,
    cache_folder: Path | None,
    as_json: bool,
    **wish: object,
) -> None:
    """Find where MODEL, a name from `zoo list` or a file, loses accuracy in integers."""
    from zoo.cli.progress import progress
    from zoo.diagnosis.case import make_case
    from zoo.diagnosis.diagnosis import diagnose
    from zoo.diagnosis.labelled import demand_evaluation
    from zoo.diagnosis.remedies import demand_tries, try_remedies

    asked, looked_at = _wish(images or data, wish)
    plan = make_plan(asked)
    if data is not None:
        demand_evaluation(plan.recipe)
    if tries:
        demand_tries(plan)
    with progress(explain=False) as shown:
        cache = open_cache(cache_folder)
        case = make_case(plan, looked_at, count, cache, shown.started, shown.finished)
        found = diagnose(case, data)
        trials = try_remedies(case, found) if tries else ()
    if as_json:
        print_json({**found.to_json(), "tried": [asdict(trial) for trial in trials]})
        return
    show_diagnosis(found)
    if trials:
        print_table("Tried", [asdict(trial) for trial in trials])


def _wish(images: Path | None, options: dict[str, Any]) -> tuple[Wish, Path | None]:
    """Return what to build, and the images to look at.

    A network that is not published is calibrated with --images, and looked at with those of them
    that are held out.
    """
    wish = Wish(**options)
    if images is None or wish.calibration is not None:
        return wish, images
    try:
        make_plan(wish)
    except UsageError:
        return replace(wish, calibration=images), None
    return wish, images
