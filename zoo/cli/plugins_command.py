"""zoo plugins: what is installed and what is broken."""

from typing import Any

import click

from zoo import registry
from zoo.cli.options import json_option
from zoo.cli.output import print_json, print_table
from zoo.plug_audit import audit
from zoo.plugins import Plugin, load_plugins


@click.command()
@click.option("--check", is_flag=True, help="Load and check everything; exit with 1 on a fault.")
@json_option
@click.pass_context
def command(context: click.Context, check: bool, as_json: bool) -> None:
    """List plugins, what they provide, and whether they work."""
    rows = [_row(plugin, check) for plugin in load_plugins().all]
    if as_json:
        print_json(rows)
    else:
        _print(rows)
    if check and any(row["error"] or row["faults"] or row["doubled"] for row in rows):
        context.exit(1)


def _row(plugin: Plugin, check: bool) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "state": plugin.state,
        "error": plugin.error,
        "hooks": list(plugin.hooks),
        "doubled": registry.doubled(plugin),
        # None if unchecked.
        "faults": audit(plugin) if check else None,
    }


def _print(rows: list[dict[str, Any]]) -> None:
    """Print a table of the plugins, and one of the faults in what they provide."""
    wrong = ("doubled", "faults")
    plugins = [{key: row[key] for key in row if key not in wrong} for row in rows]
    print_table("Plugins", plugins)
    faults = [
        {"plugin": row["name"], "fault": fault}
        for row in rows
        for fault in row["faults"] or row["doubled"]
    ]
    if faults:
        click.echo()
        print_table("Faults", faults)
