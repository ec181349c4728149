"""zoo doctor: which external tools are installed, and how to get the others."""

import click

from zoo import registry
from zoo.cli.options import json_option
from zoo.cli.output import print_json, print_table
from zoo.plugins import load_plugins
from zoo.tool import Tool, find_tool, install_extra

_KINDS = ("compiler", "executor", "app", "package")
_TRAINING = Tool(
    "training",
    "module",
    ("torch",),
    "zoo train, zoo eval --weights",
    install_extra("train"),
)
_SSH = Tool("ssh", "program", ("ssh",), "zoo bench --ssh", "apt install openssh-client")


@click.command()
@json_option
def command(as_json: bool) -> None:
    """Show which tools are installed and how to get the others. Always exits with 0."""
    plugs = [registry.load_all(kind) for kind in _KINDS]
    declared = [tool for loaded, _ in plugs for plug in loaded.values() for tool in plug.tools]
    rows = [_row(tool) for tool in dict.fromkeys((*declared, _TRAINING, _SSH))]
    broken = [
        {"plugin": plugin.name, "distribution": plugin.distribution, "error": plugin.error}
        for plugin in load_plugins().broken
    ]
    faults = [{"fault": str(error)} for _, errors in plugs for error in errors.values()]
    if as_json:
        print_json({"tools": rows, "broken_plugins": broken, "faults": faults})
        return
    print_table("Tools", rows)
    for title, found in {"Broken plugins": broken, "Faults": faults}.items():
        if found:
            click.echo()
            print_table(title, found)


def _row(tool: Tool) -> dict[str, object]:
    found = find_tool(tool)
    return {
        "tool": tool.name,
        "found": found or "no",
        "for": tool.purpose,
        "get it by": "" if found else tool.remedy,
    }
