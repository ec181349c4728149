"""Results of a suite as a part of a page."""

import runpy
from pathlib import Path

SCRIPT = runpy.run_path(str(Path(__file__).parents[1] / "scripts" / "suite_tables.py"))
LINES = [
    {
        "subject": f"net {name}",
        "test": "noise",
        "condition": "0.1",
        "count": 3,
        "metrics": {"m": m, "k": 2},
    }
    for name, m in (("none hub", 1), ("ptq hub", 1.25))
]
TABLE = """### Noise

m / k

| condition | n | net none | net ptq |
|---|---|---|---|
| 0.1 | 3 | 1.000 / 2.000 | 1.250 / 2.000 |
"""


def test_a_table_has_a_column_for_each_subject():
    assert SCRIPT["tables"](LINES) == TABLE


def test_tables_replace_what_stood_between_the_marks():
    page = "Head\n<!-- results -->\nold\n<!-- end of results -->\nTail\n"
    once = SCRIPT["put"](page, TABLE)
    assert once == f"Head\n<!-- results -->\n\n{TABLE}\n<!-- end of results -->\nTail\n"
    assert SCRIPT["put"](once, TABLE) == once


def test_forms_are_told_where_they_differ():
    lines = [{**LINES[0], "subject": "net hub"}, {**LINES[1], "subject": "net artifact"}]
    assert "| condition | n | net hub | net artifact |" in SCRIPT["tables"](lines)
