"""zoo doctor: which external tools are installed, and how to get the others."""

from collections.abc import Iterable
from dataclasses import replace

import click

from zoo import registry
from zoo.build.targets import find_target
from zoo.cli.options import json_option, registered
from zoo.cli.output import print_json, print_table
from zoo.plugins import load_plugins
from zoo.target import Target
from zoo.tool import Tool, find_tool, install_extra
from zoo.tool_installation import Installation, installation

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
@click.option("--target", default="", type=registered("target"), help="Only what a board needs.")
@click.option("--fix", is_flag=True, help="Print one command that installs what is missing.")
@json_option
def command(target: str, fix: bool, as_json: bool) -> None:
    """Show which tools are installed and how to get the others. Always exits with 0.

    --fix runs nothing: read the command, then run it, as by `zoo doctor --fix | sh`. What no
    command installs is listed on standard error.
    """
    declared, faults = _tools_of(find_target(target)) if target else _all_tools()
    tools = _each_once(declared)
    rows = [_row(tool) for tool in tools]
    fixing = installation(tool for tool in tools if not find_tool(tool))
    broken = [
        {"plugin": plugin.name, "distribution": plugin.distribution, "error": plugin.error}
        for plugin in load_plugins().broken
    ]
    if as_json:
        by_hand = [{"tool": tool.name, "get it by": tool.remedy} for tool in fixing.by_hand]
        facts = {"tools": rows, "broken_plugins": broken, "faults": faults}
        print_json({**facts, "fix": fixing.command, "by_hand": by_hand})
        return
    if fix:
        _print_fix(fixing)
        return
    print_table("Tools", rows)
    for title, found in {"Broken plugins": broken, "Faults": faults}.items():
        if found:
            click.echo()
            print_table(title, found)


Tools = tuple[list[Tool], list[dict[str, str]]]
"""Tools, and the faults of plugins that could not be asked for theirs."""


def _each_once(tools: Iterable[Tool]) -> tuple[Tool, ...]:
    """Return one for the same tool of several plugins, with all purposes and the first remedy."""
    same: dict[Tool, list[Tool]] = {}
    for tool in tools:
        same.setdefault(replace(tool, purpose="", remedy=""), []).append(tool)
    return tuple(
        replace(found[0], purpose=", ".join(dict.fromkeys(tool.purpose for tool in found)))
        for found in same.values()
    )


def _all_tools() -> Tools:
    plugs = [registry.load_all(kind) for kind in _KINDS]
    declared = [tool for loaded, _ in plugs for plug in loaded.values() for tool in plug.tools]
    faults = [{"fault": str(error)} for _, errors in plugs for error in errors.values()]
    return [*declared, _TRAINING, _SSH], faults


def _tools_of(target: Target) -> Tools:
    plugs = [(kind, getattr(target, kind)) for kind in ("compiler", "executor", "app")]
    plugs += [("package", name) for name in target.packages]
    return [tool for plug in plugs for tool in registry.load(*plug).tools], []


def _print_fix(fixing: Installation) -> None:
    if fixing.command:
        click.echo(fixing.command)
    elif not fixing.by_hand:
        click.echo("nothing is missing", err=True)
    for tool in fixing.by_hand:
        click.echo(f"by hand: {tool.name}, for {tool.purpose}: {tool.remedy}", err=True)


def _row(tool: Tool) -> dict[str, object]:
    found = find_tool(tool)
    return {
        "tool": tool.name,
        "found": found or "no",
        "for": tool.purpose,
        "get it by": "" if found else tool.remedy,
    }
