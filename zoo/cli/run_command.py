"""zoo run: a bundle's app on this machine."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import IO

import click

from zoo.bundle.bundle import unpack
from zoo.cli.options import existing
from zoo.cli.termination import Terminated
from zoo.errors import BoardError
from zoo.program_end import ended, exit_status, without_programs
from zoo.provenance.maker import absent_makers

_PREFIX, _OURS = b"error: ", b"zoo: "


class _Run(click.Command):
    """Leaves --help to the program, except where a bundle should be."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Print the zoo's help if there is no bundle."""
        if args and args[0] in ("-h", "--help"):
            click.echo(self.get_help(ctx))
            ctx.exit()
        return super().parse_args(ctx, args)


@click.command(
    cls=_Run,
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
)
@click.argument("bundle", type=existing("file", "a bundle that `zoo build` made"))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(bundle: Path, arguments: tuple[str, ...]) -> None:
    """Check BUNDLE and run its app with ARGUMENTS, such as --source photo.png --box 10,10,90,90.

    `zoo run BUNDLE --help` lists the app's options. The app's exit status is returned, 128 + n if
    signal n ended it.
    """
    with TemporaryDirectory(prefix="zoo-run-") as folder:
        unpacked = unpack(bundle, Path(folder))
        for maker in absent_makers(unpacked.manifest.makers):
            click.echo(f"note: {bundle}: {maker.absence}", err=True)
        if not unpacked.manifest.program:
            raise BoardError(
                f"{bundle}: holds sources for {unpacked.manifest.target}, but no program; its "
                "README.md says how to build it"
            )
        if unpacked.manifest.page:
            raise BoardError(
                f"{bundle}: its program is a page; unpack the bundle and open "
                f"{unpacked.manifest.page} in a browser"
            )
        program = unpacked.folder / unpacked.manifest.program
        try:
            status = _run(program, f"zoo run {bundle}", arguments)
        except OSError as error:
            remedy = without_programs(program.parent)
            raise BoardError(
                f"{bundle}: its program cannot run here ({error.strerror}); "
                f"{remedy or f'it is built for {unpacked.manifest.target}'}"
            ) from error
    if status < 0 and status != -signal.SIGPIPE:
        click.echo(f"zoo: {bundle}: its program was ended by {ended(status)}", err=True)
    sys.exit(exit_status(status))


def _run(program: Path, name: str, arguments: tuple[str, ...]) -> int:
    """Return the program's exit status, -n for signal n. name: that its help calls it by.

    A signal to the zoo asks the program for its end, which may take time and print results. It is
    a process group of its own: a signal to the zoo's whole group, as by Ctrl-C, would reach it
    twice, and the second one ends it at once.
    """
    with (
        subprocess.Popen(
            [name, *arguments], executable=program, stderr=subprocess.PIPE, process_group=0
        ) as running,
        _stopping(running),
    ):
        for end in (running.terminate, running.kill):
            try:
                _pass_on(running.stderr)
            except KeyboardInterrupt:  # once more ends it at once
                end()
            except Terminated:  # it has been told already
                continue
        _pass_on(running.stderr)
    return running.returncode


@contextmanager
def _stopping(running: subprocess.Popen[bytes]) -> Iterator[None]:
    """Let Ctrl-Z stop the program, whose group is not the terminal's, and continue it with us."""

    def stop(_: int, __: FrameType | None) -> None:
        running.send_signal(signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGSTOP)
        running.send_signal(signal.SIGCONT)

    before = signal.getsignal(signal.SIGTSTP)
    if before is signal.SIG_DFL:  # what is ignored stays so
        signal.signal(signal.SIGTSTP, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTSTP, before)


def _pass_on(lines: IO[bytes] | None) -> None:
    """Print a program's messages; its errors begin as the zoo's own do."""
    for line in lines or ():
        ours = _OURS + line.removeprefix(_PREFIX) if line.startswith(_PREFIX) else line
        click.echo(ours, nl=False, err=True)
