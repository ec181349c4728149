"""The `zoo` command: loads the command's file."""

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from zoo import __version__
from zoo.cli import shells
from zoo.cli.entry import enter
from zoo.errors import suggest

COMMANDS = {
    "bench": "Compare latency in one run.",
    "build": "Build a bundle for a board.",
    "cache": "Inspect, check and clear the build cache.",
    "completion": "Print the script that completes words in a shell.",
    "contract": "Write and check contracts of ONNX files.",
    "diagnose": "Find where an integer network loses accuracy, and why.",
    "doctor": "Show which tools are installed and how to get the others.",
    "estimate": "Estimate work, memory and latency on a board.",
    "eval": "Evaluate accuracy on a labelled data set.",
    "explain": "Say more about an error, by its code.",
    "flash": "Write a bundle's flash package to a board.",
    "init": "Begin a project: its contract and Makefile.",
    "keygen": "Make a key that signs bundles.",
    "list": "List models and targets, or data sets.",
    "plugins": "List plugins, what they provide, and whether they work.",
    "prune": "Make a float network smaller by removing channels.",
    "report": "Write a page about bundles and models.",
    "run": "Run a bundle's app on this machine.",
    "show": "Show a model, a target, a scheme, an ONNX file or a bundle.",
    "train": "Train a model.",
    "verify": "Check a bundle and repeat its proof.",
}


class LazyCommands(click.Group):
    """A group whose commands are modules; `--help` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names without importing anything."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's file."""
        if cmd_name not in COMMANDS:
            ctx.fail(f"unknown command '{cmd_name}'{suggest(cmd_name, COMMANDS)}")
        command: click.Command = import_module(f"zoo.cli.{cmd_name}_command").command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse an empty word, which a script may make of an unset variable."""
        words = [part for word in args for part in _option_and_value(word)]
        if "" in words and args[0] != "run":
            before = words[words.index("") - 1] if words.index("") else ""
            where = f"{before}: " if before.startswith("-") else ""
            raise click.UsageError(f"{where}'' is empty; give a value, or leave it out", ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; an exception in a plugin names its distribution."""
        # On demand: `zoo --help` needs no plugins.
        from zoo.blame import blame

        with blame():
            try:
                return super().invoke(ctx)
            except click.NoSuchOption as error:
                said = f"{error.message.rstrip('.')}{_dashed(sys.argv)}"
                raise click.UsageError(said, error.ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands from the table above."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


def _option_and_value(word: str) -> Sequence[str]:
    """Return '--option' and '' of '--option=', other words as they are."""
    return (word[:-1], "") if word.startswith("--") and word.endswith("=") else (word,)


def _dashed(words: Sequence[str]) -> str:
    """Return a hint for a file name that was read as an option, '' if there is none."""
    files = (word for word in words if word.startswith("-") and Path(word).exists())
    return next((f"; for the file of that name write ./{word}" for word in files), "")


@click.command(
    cls=LazyCommands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog='Completion for bash: eval "$(zoo completion bash)"',
)
@click.version_option(__version__, prog_name="zoo")
def cli() -> None:
    """From a trained vision model to a verified, flashable bundle for a board."""


def main() -> None:
    """Run the command line, or complete it."""
    shells.register()
    enter(cli, "zoo")
