"""zoo explain: cause and remedy of an error, by its code."""

from dataclasses import asdict

import click

from zoo.cli.completion import error_codes
from zoo.cli.options import json_option
from zoo.cli.output import print_json, print_table
from zoo.error_codes import PAGE, error_kind, error_kinds


@click.command()
@click.argument("code", default="", shell_complete=error_codes)
@json_option
def command(code: str, as_json: bool) -> None:
    """Say what an error is about, and what to do. CODE is the word in brackets in its line.

    Without CODE, list all.
    """
    if not code:
        kinds = error_kinds()
        if as_json:
            print_json([asdict(kind) for kind in kinds])
            return
        print_table("Errors", [{"code": kind.code, "cause": kind.cause} for kind in kinds])
        return
    kind = error_kind(code.strip("[]"))
    if as_json:
        print_json(asdict(kind))
        return
    click.echo(f"{kind.code}: {kind.cause}")
    click.echo(kind.advice)
    belongs = f", belongs to {kind.parent}" if kind.parent else ""
    click.echo(f"Exit status {kind.exit_status}{belongs}; {PAGE}#{kind.code}")
