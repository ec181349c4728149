"""zoo build: from a model to a bundle."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoo import registry
from zoo.build.cache import Outcome
from zoo.build.chain import alone_note, chained, demand_fitting
from zoo.build.choice import settled
from zoo.build.limits import NO_LIMITS, Limits
from zoo.build.models import USER
from zoo.build.plan import Plan, make_plan
from zoo.build.targets import find_targets, runtime_of_build
from zoo.build.wish import Wish
from zoo.capability import demand_capable
from zoo.cli.completion import automatic_runtimes, calibrators, quantizations
from zoo.cli.matrix import Machines, build_matrix, demand_fitting_options
from zoo.cli.options import (
    cache_option,
    chosen_runtime,
    cpu_tail_option,
    existing,
    finite,
    json_option,
    open_cache,
    registered,
    seed_option,
)
from zoo.cli.output import print_json
from zoo.provenance.known_digests import kept_in
from zoo.quoting import terminal
from zoo.signature import SigningKey

if TYPE_CHECKING:
    from zoo.build.next_steps import NextSteps


@click.command()
@click.argument("model", required=False, default="", type=registered("recipe"))
@click.option("--target", default="", type=registered("target"), help="Board to build for.")
@click.option(
    "--runtime",
    default="",
    shell_complete=automatic_runtimes,
    help="Runtime, if not the board's default, such as c or ort; auto: the fastest that takes the "
    "network, which x86 does by default.",
)
@cpu_tail_option
@click.option(
    "--quant",
    default="",
    shell_complete=quantizations,
    help="none, fp16, ptq or qat; default: the model's usual one, mostly ptq; qdq for an already "
    "quantized file.",
)
@click.option(
    "--scheme", default="", type=registered("scheme"), help="Scheme, if not the target's."
)
@click.option(
    "--contract", type=click.Path(path_type=Path), help="Contract of a model's file, in TOML."
)
@click.option(
    "--detector",
    default="",
    type=registered("recipe"),
    help="Model that finds MODEL's regions; a file needs its contract beside it, as FILE.toml. "
    "Default: the one that MODEL names, if any; none: without.",
)
@click.option(
    "--name",
    default="",
    help="Model name for a file; default: the file's, for one of --hub MODEL-own.",
)
@click.option(
    "--hub", type=click.Path(path_type=Path), help="Float file to use instead of the published one."
)
@click.option(
    "--calib",
    "--images",
    "calibration",
    type=click.Path(path_type=Path),
    metavar="DATA",
    help="Quantize with these images: FOLDER or NAME:FOLDER[:SPLIT]; qat trains on them.",
)
@click.option(
    "--calib-count",
    "calibration_count",
    type=click.IntRange(1),
    help="Maximum number of images; default 500, for qat 2000.",
)
@click.option(
    "--calibrator",
    default="",
    shell_complete=calibrators,
    help="auto (tries all), minmax, percentile or mse.",
)
@click.option(
    "--quantizer",
    default="",
    type=registered("quantizer"),
    help="Quantizer, if not ptq's own; nndct is AMD's.",
)
@click.option("--epochs", type=click.IntRange(1), help="Epochs of qat, if not its default.")
@seed_option("Seed of qat.")
@click.option(
    "--max-quantization-error",
    "quantization_bound",
    type=finite(),
    default=0.1,
    show_default=True,
    help="Maximum loss on pictures held out from calibration, in spreads of the output.",
)
@click.option(
    "--budget-kb",
    type=finite(),
    help="KiB of all constants: as many layers as it needs get 4-bit weights.",
)
@click.option(
    "--max-loss",
    type=finite(),
    help="Mean loss of the outputs, in spreads: as many layers get 4-bit weights as it allows, or "
    "as few values 16 bits as it needs.",
)
@click.option(
    "--budget-ms",
    type=finite(),
    help="Milliseconds of the network as `zoo estimate` estimates them: refuse more.",
)
@click.option(
    "--sign",
    "key_file",
    type=existing("file", "a private key, as `zoo keygen` makes it"),
    metavar="KEY",
    help="Sign the bundle with this private key.",
)
@click.option("--commercial", is_flag=True, help="Refuse parts with non-commercial licences.")
@click.option("--out", default="dist", show_default=True, type=click.Path(path_type=Path))
@click.option("--explain", is_flag=True, help="Print whether and why each stage is rebuilt.")
@click.option("--dry-run", is_flag=True, help="Only print what would be built, and why.")
@click.option("--force", is_flag=True, help="Rebuild all stages.")
@click.option(
    "--matrix",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Build all models for all targets that a TOML file names, instead of MODEL "
    "(docs/matrix.md).",
)
@click.option(
    "--workers", type=click.IntRange(1), help="Processes for a matrix; default: one per CPU core."
)
@click.option(
    "--scheduler",
    default="",
    metavar="ADDRESS",
    help="Build a matrix on a Dask cluster, such as tcp://host:8786.",
)
@click.option(
    "--ship", is_flag=True, help="The cluster's machines do not share --cache: send results."
)
@cache_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    matrix: Path | None,
    workers: int | None,
    scheduler: str,
    ship: bool,
    out: Path,
    explain: bool,
    dry_run: bool,
    force: bool,
    cache_folder: Path | None,
    as_json: bool,
    cpu_tail: bool,
    detector: str,
    key_file: Path | None,
    budget_kb: float | None,
    max_loss: float | None,
    budget_ms: float | None,
    **wish: object,
) -> None:
    """Build MODEL, a name from `zoo list`, a file (.onnx, .tflite) or a chain file, for a board."""
    demand_fitting_options(ctx, matrix)
    signing = SigningKey.read(key_file) if key_file else None
    if matrix:
        from zoo.build.matrix import read_matrix

        machines = Machines(workers, scheduler, ship)
        cells = read_matrix(matrix, signing)
        ctx.exit(build_matrix(cells, machines, open_cache(cache_folder), out, force, as_json))
    if not dry_run:
        ctx.with_resource(kept_in(open_cache(cache_folder).digests_folder))
    limits = Limits(1024 * (budget_kb or inf), max_loss or inf, budget_ms or inf)
    runtime = chosen_runtime(str(wish["runtime"]), cpu_tail)
    if limits == NO_LIMITS:  # they are about one runtime
        runtime = runtime_of_build(str(wish["target"]), runtime)
    wish |= {"limits": limits, "runtime": runtime}
    # Names and types are the options'.
    asked = Wish(**wish)  # type: ignore[arg-type]
    target = find_targets(asked.target, asked.runtime)[-1]
    told = [*_of_name(asked.model), *filter(None, [alone_note(asked.model, detector, target)])]
    if not as_json:
        _print_notes(told)  # before what may be missing
    plan = replace(make_plan(chained(asked, detector, target)), signing=signing)
    if dry_run:
        _demand_buildable(plan)
        _preview(plan, cache_folder, as_json)
        return
    plan, packages, notes, outcomes = _build(plan, cache_folder, out, force, explain)
    following = _next_steps(plan, packages, key_file)
    if as_json:
        paths = [str(package) for package in packages]
        facts = {
            "bundle": paths[0],
            "packages": paths,
            "notes": [*told, *notes],
            "next": asdict(following),
            "stages": outcomes,
        }
        print_json(facts)
        return
    _print_notes(notes)
    for package in packages:
        click.echo(package)
    _print_next(following)


def _of_name(word: str) -> tuple[str, ...]:
    """Return a note on a registered model that was asked for by another name."""
    name = registry.load("recipe", word).name if registry.knows("recipe", word) else word
    return (f"{word} is another name of {name}",) if word != name else ()


def _print_notes(notes: Iterable[str]) -> None:
    for note in notes:
        click.echo(f"note: {terminal(note)}", err=True)


def _next_steps(plan: Plan, packages: list[Path], key_file: Path | None) -> "NextSteps":
    from zoo.build.next_steps import next_steps
    from zoo.bundle.bundle import packed_manifest

    public_key = f"{key_file}.pub" if key_file else ""
    manifest = packed_manifest(packages[0])
    return next_steps(plan.target, manifest, packages, public_key)


def _print_next(following: "NextSteps") -> None:
    """Print to standard error: standard output has the packages' paths, for scripts."""
    click.echo(f"try:     {following.trial}", err=True)
    click.echo(f"install: {following.installation}", err=True)
    for command in following.signatures:
        click.echo(f"check:   {command}", err=True)


def _demand_buildable(plan: Plan) -> None:
    """Raise RecipeError where a contract does not match its file, and what the target refuses."""
    from zoo.build.network import read_network

    demand_fitting(plan)
    for part in filter(None, (plan, plan.detector)):
        if part.quantizes or part.recipe.family == USER:
            graph = read_network(part.float_hub, part.recipe)
        if part.quantizes:
            demand_capable(graph, part.target, part.integers)


def _build(
    plan: Plan, cache_folder: Path | None, out: Path, force: bool, explain: bool
) -> tuple[Plan, list[Path], tuple[str, ...], list[dict[str, object]]]:
    """Return the plan with its runtime, the bundle in each form, notes, and what stages did."""
    from zoo.build.delivery import deliver, notes
    from zoo.build.pipeline import build
    from zoo.cli.progress import progress

    cache = open_cache(cache_folder)
    outcomes: list[dict[str, object]] = []
    with progress(explain) as shown:

        def finished(outcome: Outcome) -> None:
            shown.finished(outcome)
            outcomes.append(_row(outcome))

        done = build(plan, cache, force=force, started=shown.started, finished=finished)
    plan = settled(plan, done)
    return plan, deliver(plan, done, cache, out), tuple(notes(plan, done)), outcomes


def _preview(plan: Plan, cache_folder: Path | None, as_json: bool) -> None:
    from zoo.build.pipeline import preview
    from zoo.cli.output import print_table

    rows = [_row(outcome) for outcome in preview(plan, open_cache(cache_folder))]
    if as_json:
        print_json(rows)
    else:
        print_table(plan.build_name, rows)


def _row(outcome: Outcome) -> dict[str, object]:
    return {"stage": outcome.stage, "cached": outcome.hit, "reason": outcome.reason}
