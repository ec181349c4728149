"""Entry point of our programs: errors become a message and an exit status."""

import os
import sys

import click

from zoo.errors import ZooError
from zoo.quoting import terminal

__all__ = ["enter"]


def enter(command: click.Command, name: str) -> None:
    """Run a command line. name: as called, such as 'zoo' or 'python -m recipes.pfld.soup'."""
    # Idle threads of numpy's matrix products spin, which takes several times the CPU time of the
    # products. OpenBLAS reads this when numpy is imported, which `zoo` does in its commands.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        command(prog_name=name)
    except ZooError as error:
        click.echo(f"{name.split()[-1]}: {terminal(str(error))}", err=True)
        sys.exit(error.exit_status)
