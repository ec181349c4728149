"""Build progress on the terminal: stages as they run, on standard error."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zoo.build.cache import Outcome
from zoo.build.stage import Stage
from zoo.reporting import PROGRESS

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

__all__ = ["Progress", "progress"]


@dataclass(frozen=True)
class Progress:
    """Print one line for each stage that ran, or with `explain` for every stage."""

    console: "Console"
    status: "Status"
    explain: bool

    def started(self, stage: Stage) -> None:
        """Show the running stage."""
        self.status.update(f"{stage.name}: {stage.summary}")

    def finished(self, outcome: Outcome) -> None:
        """Print a stage's outcome."""
        if self.explain or not outcome.hit:
            state = "cached" if outcome.hit else "built "
            reason = f"  [dim]{outcome.reason}[/dim]" if self.explain and not outcome.hit else ""
            self.console.print(f"  {state} {outcome.stage:<17}{reason}", highlight=False)


@contextmanager
def progress(explain: bool) -> Iterator[Progress]:
    """Show progress while the block runs."""
    from rich.console import Console

    console = Console(stderr=True)
    reports = _Reports(console)
    PROGRESS.addHandler(reports)
    PROGRESS.setLevel(logging.INFO)
    try:
        with console.status("") as status:
            yield Progress(console, status, explain)
    finally:
        PROGRESS.removeHandler(reports)


class _Reports(logging.Handler):
    """Print progress reports of long-running work."""

    def __init__(self, console: "Console") -> None:
        super().__init__()
        self.console = console

    def emit(self, record: logging.LogRecord) -> None:
        self.console.print(f"    {record.getMessage()}", highlight=False)
