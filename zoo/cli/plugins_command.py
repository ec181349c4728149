"""zoo plugins: what is installed, and what is broken."""

import click

from zoo.cli.options import json_option
from zoo.cli.output import print_json, print_table
from zoo.plugins import load_plugins


@click.command()
@json_option
def command(as_json: bool) -> None:
    """List plugins, what they provide and whether they work."""
    rows = [
        {
            "name": plugin.name,
            "distribution": plugin.distribution,
            "version": plugin.version,
            "state": plugin.state,
            "hooks": list(plugin.hooks),
            "error": plugin.error,
        }
        for plugin in load_plugins().all
    ]
    if as_json:
        print_json(rows)
    else:
        print_table("Plugins", rows)
