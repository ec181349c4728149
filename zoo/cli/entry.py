"""Entry point of our programs: errors become a message and an exit status."""

import os
import sys
from typing import NoReturn

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
        status = command(prog_name=name, standalone_mode=False)
    except ZooError as error:
        _fail(name.split()[-1], str(error), error.exit_status)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else name
        _fail(path, f"{error.format_message()} ({path} --help)", error.exit_code)
    except click.ClickException as error:
        _fail(name, error.format_message(), error.exit_code)
    except click.Abort:
        _fail(name, "interrupted", 1)
    sys.exit(status if isinstance(status, int) else 0)  # of Context.exit


def _fail(where: str, what: str, status: int) -> NoReturn:
    """Print one line and exit."""
    click.echo(f"{where}: {terminal(what)}", err=True)
    sys.exit(status)
