"""zoo report: one page about bundles and models."""

from pathlib import Path

import click

from zoo.cli.options import existing, json_option, registered
from zoo.cli.output import print_json
from zoo.errors import UsageError
from zoo.file_content import demand_writable, write_whole


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAMES...", type=registered("recipe"))
@click.option(
    "--output",
    "file",
    type=click.Path(path_type=Path),
    default=Path("report.html"),
    show_default=True,
    metavar="FILE.html",
    help="The page.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DATA",
    help="Measure accuracy on labelled data, and draw error curves: FOLDER or NAME:FOLDER[:SPLIT].",
)
@click.option(
    "--bench",
    "timings",
    multiple=True,
    type=existing("file", "JSON that `zoo bench --out` wrote"),
    metavar="FILE.json",
    help="Times and power that `zoo bench` measured, or `zoo estimate` estimated; repeatable.",
)
@json_option
def command(
    names: tuple[str, ...],
    file: Path,
    data: Path | None,
    timings: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Write a page about NAMES: bundles and models, side by side.

    One HTML file, which loads nothing and runs no script: what each is, its accuracy, float beside
    integers, pictures where they differ, times and power, the proof, contents and licences. With
    --json, print the same as JSON instead. A file of a network needs its contract beside it, as
    FILE.toml.
    """
    from zoo.report.report import make_report

    if file.suffix not in (".html", ".htm"):
        raise UsageError(
            f"--output {file}: it is HTML; name it .html, and print it from a browser for paper"
        )
    if not as_json:
        demand_writable(file)
    report = make_report(names, data, timings)
    if as_json:
        print_json(report.json)
        return
    write_whole(file, report.html.encode())
    click.echo(f"report: {file}")
