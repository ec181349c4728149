"""How long the rest takes, at the pace so far."""

import pytest

from zoo.reporting import Countdown


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize(
    ("passed_s", "told"),
    [
        (0.01, ", about 0 s left"),
        (10, ", about 30 s left"),
        (29.9, ", about 90 s left"),
        (40, ", about 2 min left"),
        (1790, ", about 90 min left"),
        (3600, ", about 3.0 h left"),
    ],
)
def test_the_rest_takes_as_long_as_the_first_quarter_thrice(clock, passed_s, told):
    countdown = Countdown(4, clock=clock)
    clock.now_s += passed_s
    assert countdown.after(1) == told


def test_rounds_of_an_earlier_run_have_no_pace(clock):
    countdown = Countdown(10, done=8, clock=clock)
    assert countdown.after(8) == ""
    clock.now_s += 60
    assert countdown.after(9) == ", about 60 s left"


def test_parts_of_a_round_count(clock):
    countdown = Countdown(2, clock=clock)
    clock.now_s += 20
    assert countdown.after(0.5) == ", about 60 s left"


def test_nothing_is_left_after_the_last_round(clock):
    countdown = Countdown(2, clock=clock)
    clock.now_s += 30
    assert countdown.after(2) == ""
    assert Countdown(0, clock=clock).after(0) == ""
