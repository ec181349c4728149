"""How long the rest takes, at the pace so far."""

import logging

import pytest

from zoo.reporting import Countdown, TrainingReports


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


def test_a_long_epoch_is_told_in_between(clock, caplog):
    caplog.set_level(logging.INFO, "zoo.progress")
    reports = TrainingReports("training", 2, clock)
    for share in (0.25, 0.5, 0.75, 1):
        clock.now_s += 40
        reports.during(0, share)
    reports.after(0, "loss 0.5")
    assert caplog.messages == [
        "training, epoch 1 of 2: 50 % done, about 4 min left",
        "training, epoch 1 of 2: loss 0.5, about 3 min left",
    ]


def test_a_short_epoch_is_told_once(clock, caplog):
    caplog.set_level(logging.INFO, "zoo.progress")
    reports = TrainingReports("training", 2, clock)
    for epoch in range(2):
        for share in (0.5, 1):
            clock.now_s += 20
            reports.during(epoch, share)
        reports.after(epoch, "loss 0.5")
    assert caplog.messages == [
        "training, epoch 1 of 2: loss 0.5, about 40 s left",
        "training, epoch 2 of 2: loss 0.5",
    ]
