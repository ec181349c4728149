"""Signals end a command wherever they find it."""

import signal
import time

import pytest

from zoo.cli.termination import Terminated, terminable


class EndedMeanwhile:
    """A signal comes while its destructor runs."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGTERM)


def _destroy_and_wait() -> None:
    thing = EndedMeanwhile()
    del thing
    time.sleep(60)


def test_a_signal_ends_the_block() -> None:
    with pytest.raises(Terminated, match="ended by signal SIGTERM"), terminable():
        signal.raise_signal(signal.SIGTERM)


def test_a_signal_during_a_destructor_ends_the_block() -> None:
    with pytest.raises(Terminated, match="ended by signal SIGTERM"), terminable():
        _destroy_and_wait()
