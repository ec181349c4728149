"""zoo completion: the script by which a shell completes our words."""

import sys

import click
from click.shell_completion import get_completion_class

from zoo.cli.options import json_option
from zoo.cli.output import print_json

_VARIABLE = "_ZOO_COMPLETE"
_SHELLS = {
    "bash": 'eval "$(zoo completion bash)"',
    "zsh": 'eval "$(zoo completion zsh)"',
    "fish": "zoo completion fish | source",
}
"""The line for each shell's own settings, ~/.bashrc, ~/.zshrc and config.fish."""


@click.command()
@click.argument("shell", type=click.Choice([*_SHELLS]))
@json_option
def command(shell: str, as_json: bool) -> None:
    """Print the script that completes commands, models, boards, quantizations and files in SHELL.

    For every new shell, add to ~/.bashrc: eval "$(zoo completion bash)"; to ~/.zshrc: eval "$(zoo
    completion zsh)"; to fish's config.fish: zoo completion fish | source.
    """
    from zoo.cli.main import cli

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"this version of click completes nothing in {shell}")
    script = kind(cli, {}, "zoo", _VARIABLE).source()
    if as_json:
        print_json({"shell": shell, "setting": _SHELLS[shell], "script": script})
        return
    click.echo(script)
    if sys.stdout.isatty():
        click.echo(f"# For every new shell: {_SHELLS[shell]}", err=True)
