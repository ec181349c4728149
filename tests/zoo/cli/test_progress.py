"""What is shown of long work."""

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
