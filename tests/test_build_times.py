"""Build times as a part of a page."""

import runpy
from pathlib import Path

SCRIPT = runpy.run_path(str(Path(__file__).parents[1] / "scripts" / "build_times.py"))


def test_a_row_has_seconds_and_processor_time():
    time = SCRIPT["Time"](wall_s=1.25, cpu_s=2.5)
    assert SCRIPT["table"](iter([("build", time)])).splitlines()[-1] == "| build | 1.25 | 2.50 |"


def test_the_table_replaces_what_stood_between_the_marks():
    page = "Head\n<!-- build times -->\nold\n<!-- end of build times -->\nTail\n"
    once = SCRIPT["put"](page, "| new |")
    assert once == page.replace("old", "\n| new |\n")
    assert SCRIPT["put"](once, "| new |") == once


def test_a_command_runs_with_its_own_cache(tmp_path):
    time = SCRIPT["timed"](("cache", "list"), tmp_path, {})
    assert min(time.cpu_s, time.wall_s) > 0
