"""Entry point of our programs: errors become a message and an exit status."""

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import gettempdir
from typing import NoReturn

import click

from zoo.cli.standard_output import OutputError, open_standard_files, standard_output
from zoo.cli.termination import Terminated, terminable
from zoo.error_codes import SYSTEM
from zoo.errors import UsageError, ZooError
from zoo.program_end import without_programs
from zoo.quoting import terminal

__all__ = ["enter"]

_INTERRUPTED = 130
_SIGNALLED = 128
_NOT_RUN = frozenset({None, errno.EACCES, errno.EPERM})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def enter(command: click.Command, name: str) -> None:
    """Run a command line. name: as called, such as 'zoo' or 'python -m recipes.pfld.publish'."""
    # Idle threads of numpy's matrix products spin, which takes several times the CPU time of the
    # products. OpenBLAS reads this when numpy is imported, which `zoo` does in its commands.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    open_standard_files()
    try:
        with terminable(), standard_output():
            status = command(prog_name=name, standalone_mode=False)
    except ZooError as error:
        _fail(name.split()[-1], str(error), error.exit_status, error.code)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else name
        help_ = f"({path} --help)"
        _fail(path, f"{error.format_message()} {help_}", error.exit_code, UsageError.code)
    except click.ClickException as error:
        _fail(name, error.format_message(), error.exit_code, UsageError.code)
    except (click.Abort, KeyboardInterrupt):
        _fail(name, "interrupted", _INTERRUPTED)
    except Terminated as end:
        _fail(name, str(end), _SIGNALLED + end.number)
    except OutputError as error:
        why = f"cannot be written ({error.strerror})"
        _say(name, f"standard output: {why}", SYSTEM)
        sys.exit(1)
    except OSError as error:
        _fail(name, _surroundings(error), 1, SYSTEM)
    sys.exit(status if isinstance(status, int) else 0)  # of Context.exit


def _surroundings(error: OSError) -> str:
    """Return what the system refused, where, and what to do."""
    reason = error.strerror or str(error)
    where = f"{error.filename}: " if error.filename else ""
    if error.errno in _FULL:
        return (
            f"{where}cannot be written ({reason}); free disk space there, or where temporary files "
            f"are ({gettempdir()}; TMPDIR names another folder)"
        )
    told = f"{where}{reason}"
    # A program or a library that was made there, whose folder is gone by now; dlopen(3) gives no
    # number of an error.
    remedy = without_programs(Path(gettempdir())) if error.errno in _NOT_RUN else ""
    return f"{told}; {remedy}" if remedy and told.startswith(gettempdir()) else told


def _fail(where: str, what: str, status: int, code: str = "") -> NoReturn:
    """Print an error, with --json also to standard output, and exit. code: '' if it is no error."""
    _say(where, what, code)
    if code and _prints_json(sys.argv[1:]):
        from zoo.cli.output import print_json

        print_json({"error": {"code": code, "message": what, "exit_status": status}})
    sys.exit(status)


def _say(where: str, what: str, code: str) -> None:
    """Print one line that ends with the code; a tool's own lines may follow."""
    first, line_end, rest = terminal(what).partition("\n")
    told = f" [{code}]" if code else ""
    click.echo(f"{where}: {first}{told}{line_end}{rest}", err=True)


def _prints_json(words: Sequence[str]) -> bool:
    """Return whether --json was given; `zoo run` leaves it to the program."""
    return "--json" in words and words[0] != "run"
