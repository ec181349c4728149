"""zoo build --matrix: many builds side by side, and a table of what became of them."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from zoo.build.cache import Cache
from zoo.cli.output import print_json, print_table
from zoo.errors import UsageError
from zoo.quoting import terminal

if TYPE_CHECKING:
    from zoo.build.matrix import Cell
    from zoo.build.matrix_build import BuiltCell, Count, MatrixBuild

__all__ = ["Machines", "build_matrix", "demand_fitting_options"]

_OF_MATRIX = ("workers", "scheduler", "ship")
_WITH_MATRIX = ("matrix", *_OF_MATRIX, "out", "force", "key_file", "cache_folder", "as_json")
_OF_ONE = ("explain", "dry_run")
_FAILED = 1


@dataclass(frozen=True)
class Machines:
    """Where stages run. workers: processes of this machine, None for one per CPU core.

    scheduler: of a cluster instead, '' for none.  ship: its machines do not share the cache.
    """

    workers: int | None
    scheduler: str
    ship: bool


def demand_fitting_options(ctx: click.Context, matrix: Path | None) -> None:
    """Raise UsageError for options that do not go with a matrix, or only with one."""
    given = {
        parameter.name: parameter
        for parameter in ctx.command.params
        if ctx.get_parameter_source(parameter.name or "") is not ParameterSource.DEFAULT
    }
    if matrix:
        for name, parameter in given.items():
            said = parameter.opts[0] if name != "model" else "MODEL"
            if name in _OF_ONE:
                raise click.UsageError(
                    f"--matrix: {said} is for one build, and shows nothing of many; leave it out, "
                    "or name one model of the file in its place"
                )
            if name not in _WITH_MATRIX:
                raise click.UsageError(f"--matrix: the file names what is built; leave out {said}")
        return
    for name in _OF_MATRIX:
        if name in given:
            raise click.UsageError(f"--{name} is for --matrix FILE; one build runs here")
    for name, said in {"model": "argument 'MODEL'", "target": "option '--target'"}.items():
        if not ctx.params[name]:
            raise click.UsageError(f"Missing {said}.", ctx)


def build_matrix(
    cells: "Sequence[Cell]",
    machines: Machines,
    cache: Cache,
    out: Path,
    force: bool,
    as_json: bool,
) -> int:
    """Build the cells of a matrix, print a table or JSON, and return the exit status.

    It is 1 if a cell has no bundle; the others are built all the same.
    """
    from zoo.build.matrix_build import MatrixBuild

    with _workers(machines) as workers:
        build = MatrixBuild(cache, workers, out, force=force, ship=machines.ship)
        built = list(_shown(build, cells))
    order = {id(cell): number for number, cell in enumerate(cells)}
    built.sort(key=lambda one: order[id(one.cell)])
    if as_json:
        print_json({"cells": [_facts(one) for one in built], "stages": _counts(build.count)})
    else:
        print_table(_title(built, build.count), [_row(one) for one in built])
        for one in built:
            name = " ".join(one.cell.row.values())
            told = [f"note: {name}: {note}" for note in one.notes]
            told += [f"{name}: {one.reason} [{one.code}]"] if one.reason else []
            for line in told:
                click.echo(terminal(line), err=True)
    return _FAILED if any(not one.packages for one in built) else 0


@contextmanager
def _workers(machines: Machines) -> Iterator[Executor]:
    from zoo.workers.cluster import cluster
    from zoo.workers.local import LocalWorkers

    if not machines.scheduler:
        if machines.ship:
            raise UsageError("--ship is for --scheduler; processes of one machine share its cache")
        with LocalWorkers(machines.workers or len(os.sched_getaffinity(0))) as workers:
            yield workers
        return
    if machines.workers:
        raise UsageError("--workers: a cluster has its own; start them with `dask worker`")
    with cluster(machines.scheduler) as calls:
        yield calls


def _shown(build: "MatrixBuild", cells: "Sequence[Cell]") -> Iterator["BuiltCell"]:
    """Yield the cells as they end; show progress on standard error."""
    from rich.console import Console
    from rich.markup import escape

    console, ended = Console(stderr=True), 0
    with console.status("") as status:

        def progress() -> None:
            count = build.count
            status.update(
                f"{ended} of {len(cells)} bundles; stages: {count.running} running, {count.ran} "
                f"ran, {count.cached + count.shared} known"
            )

        for one in build.build(cells, progress):
            ended += 1
            words = " ".join(one.cell.row.values())
            console.print(f"  {one.state:<7} {escape(words)}", highlight=False)
            yield one


def _title(built: Sequence["BuiltCell"], count: "Count") -> str:
    whole = sum(bool(one.packages) for one in built)
    return (
        f"{whole} of {len(built)} bundles; {count.ran} stages ran, {count.cached} were cached, "
        f"{count.shared} shared"
    )


def _row(one: "BuiltCell") -> dict[str, object]:
    bundle = str(one.packages[0]) if one.packages else ""
    return {**one.cell.row, "state": one.state, "bundle": bundle}


def _facts(one: "BuiltCell") -> dict[str, object]:
    return {
        **_row(one),
        "packages": [str(package) for package in one.packages],
        "notes": list(one.notes),
        "reason": one.reason,
        "code": one.code,
    }


def _counts(count: "Count") -> dict[str, int]:
    counts: dict[str, int] = asdict(count)
    del counts["running"]
    return counts
