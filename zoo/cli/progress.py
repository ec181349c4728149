"""Build progress on the terminal: stages as they run, on standard error."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from zoo.build.cache import Outcome
from zoo.build.stage import Stage
from zoo.reporting import PROGRESS

if TYPE_CHECKING:
    from rich.status import Status

__all__ = ["Progress", "progress"]


class Progress:
    """Print one line for each stage that ran, or with `explain` for every stage.

    until: ends the display. It begins with the first thing to show: its library takes time to
    load, and a build of what is cached shows nothing.
    """

    def __init__(self, explain: bool, until: ExitStack) -> None:
        self._explain = explain
        self._until = until

    def started(self, stage: Stage) -> None:
        """Show the running stage."""
        self._status.update(f"{stage.name}: {stage.summary}")

    def finished(self, outcome: Outcome) -> None:
        """Print a stage's outcome."""
        if self._explain or not outcome.hit:
            state = "cached" if outcome.hit else "built "
            reason = f"  [dim]{outcome.reason}[/dim]" if self._explain and not outcome.hit else ""
            self.print(f"  {state} {outcome.stage:<17}{reason}")

    def print(self, line: str) -> None:
        """Print a line above the running stage."""
        self._status.console.print(line, highlight=False)

    @cached_property
    def _status(self) -> "Status":
        from rich.console import Console

        return self._until.enter_context(Console(stderr=True).status(""))


@contextmanager
def progress(explain: bool) -> Iterator[Progress]:
    """Show progress while the block runs."""
    with ExitStack() as until:
        shown = Progress(explain, until)
        reports = _Reports(shown)
        PROGRESS.addHandler(reports)
        PROGRESS.setLevel(logging.INFO)
        until.callback(PROGRESS.removeHandler, reports)
        yield shown


class _Reports(logging.Handler):
    """Print progress reports of long-running work."""

    def __init__(self, shown: Progress) -> None:
        super().__init__()
        self.shown = shown

    def emit(self, record: logging.LogRecord) -> None:
        self.shown.print(f"    {record.getMessage()}")
