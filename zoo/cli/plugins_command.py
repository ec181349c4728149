"""zoo plugins: what is installed, and what is broken."""

import click

from zoo.cli.options import json_option
from zoo.cli.output import print_json, print_table
from zoo.plugins import Plugin, load_plugins


@click.command()
@json_option
def command(as_json: bool) -> None:
    """List plugins, what they provide and whether they work."""
    rows = [_row(plugin) for plugin in load_plugins().all]
    if as_json:
        print_json(rows)
    else:
        print_table("Plugins", rows)


def _row(plugin: Plugin) -> dict[str, object]:
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "state": plugin.state,
        "error": plugin.error,
        "hooks": list(plugin.hooks),
    }
