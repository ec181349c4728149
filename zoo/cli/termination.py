"""SIGTERM and SIGHUP end a command as an exception does: nothing is left behind."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from types import FrameType

from zoo.program_end import descendants

__all__ = ["Terminated", "terminable"]

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
_AGAIN_S = 0.05


class Terminated(BaseException):
    """A signal asks for the end. number: of the signal."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"ended by signal {signal.Signals(number).name}")


@contextmanager
def terminable() -> Iterator[None]:
    """Raise Terminated for a signal, and send SIGTERM to all programs that were started."""
    # What is ignored stays so, as by nohup.
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    taken = [number for number in _SIGNALS if before[number] is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, _end)
    hook = sys.unraisablehook

    def again(lost: "sys.UnraisableHookArgs") -> None:
        """Send a signal again whose exception a destructor lost, as Python ignores those."""
        if isinstance(lost.exc_value, Terminated):
            Timer(_AGAIN_S, os.kill, (os.getpid(), lost.exc_value.number)).start()
        else:
            hook(lost)

    sys.unraisablehook = again
    try:
        yield
    finally:
        sys.unraisablehook = hook
        for number in taken:
            signal.signal(number, before[number])


def _end(number: int, _: FrameType | None) -> None:
    # Parents first: one whose child is gone might end as if its work were done.
    for process in reversed([*descendants(os.getpid())]):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(process, signal.SIGTERM)
    raise Terminated(number)
