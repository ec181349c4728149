"""Entry point of our programs: errors become a message and an exit status."""

import errno
import os
import sys
from tempfile import gettempdir
from typing import NoReturn

import click

from zoo.cli.standard_output import OutputError, open_standard_files, standard_output
from zoo.cli.termination import Terminated, terminable
from zoo.errors import ZooError
from zoo.quoting import terminal

__all__ = ["enter"]

_INTERRUPTED = 130
_SIGNALLED = 128
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def enter(command: click.Command, name: str) -> None:
    """Run a command line. name: as called, such as 'zoo' or 'python -m recipes.pfld.soup'."""
    # Idle threads of numpy's matrix products spin, which takes several times the CPU time of the
    # products. OpenBLAS reads this when numpy is imported, which `zoo` does in its commands.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    open_standard_files()
    try:
        with terminable(), standard_output():
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
    except (click.Abort, KeyboardInterrupt):
        _fail(name, "interrupted", _INTERRUPTED)
    except Terminated as end:
        _fail(name, str(end), _SIGNALLED + end.number)
    except OSError as error:
        _fail(name, _surroundings(error), 1)
    sys.exit(status if isinstance(status, int) else 0)  # of Context.exit


def _surroundings(error: OSError) -> str:
    """Return what the system refused, where, and what to do."""
    reason = error.strerror or str(error)
    if isinstance(error, OutputError):
        return f"standard output: cannot be written ({reason})"
    where = f"{error.filename}: " if error.filename else ""
    if error.errno in _FULL:
        return (
            f"{where}cannot be written ({reason}); free disk space there, or where temporary files "
            f"are ({gettempdir()}; TMPDIR names another folder)"
        )
    return f"{where}{reason}"


def _fail(where: str, what: str, status: int) -> NoReturn:
    """Print one line and exit."""
    click.echo(f"{where}: {terminal(what)}", err=True)
    sys.exit(status)
