"""What is shown of long work."""

from pathlib import Path

from zoo.build.cache import Outcome
from zoo.cli.progress import progress
from zoo.reporting import PROGRESS, report


def test_reports_are_shown_while_a_build_runs(capsys):
    report("before")
    with progress(explain=False):
        report("epoch 1 of [8]")
    report("after")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.split() == ["epoch", "1", "of", "[8]"]
    assert not PROGRESS.handlers


def test_stages_that_ran_are_shown_and_cached_ones_on_request(capsys):
    ran = Outcome("lower", "key", Path(), hit=False, reason="first build")
    cached = Outcome("hub", "key", Path(), hit=True, reason="cached")
    for explain, lines in (
        (False, ["built lower"]),
        (True, ["cached hub", "built lower first build"]),
    ):
        with progress(explain) as shown:
            shown.finished(cached)
            shown.finished(ran)
        told = capsys.readouterr().err.splitlines()
        assert [" ".join(line.split()) for line in told if line.strip()] == lines
