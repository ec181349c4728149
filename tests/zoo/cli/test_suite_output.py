"""Subjects side by side, as tables and as JSON."""

import json

from zoo.cli.suite_output import show_suite
from zoo.data.evaluation import Measurement


def lines():
    for subject, factor in (("float", 1.0), ("int8", 1.5)):
        for condition in ("1/2", "1/4"):
            metrics = {"nme_percent": 3 * factor, "failures_percent": 0.0}
            yield subject, Measurement("resolution", condition, 7, metrics)
    yield "int8", Measurement("noise", "sigma 0.1", 2, {"stability_percent": 0.25})


def test_subjects_stand_side_by_side(capsys):
    show_suite(lines(), as_json=False)
    assert capsys.readouterr().out.splitlines() == [
        "resolution: nme_percent",
        "condition  n  float  int8",
        "1/2        7  3      4.5",
        "1/4        7  3      4.5",
        "resolution: failures_percent",
        "condition  n  float  int8",
        "1/2        7  0      0",
        "1/4        7  0      0",
        "noise: stability_percent",
        "condition  n  float  int8",
        "sigma 0.1  2         0.25",
    ]


def test_json_has_the_same_lines(capsys):
    show_suite(lines(), as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert len(found) == 5
    assert found[-1] == {
        "subject": "int8",
        "test": "noise",
        "condition": "sigma 0.1",
        "count": 2,
        "metrics": {"stability_percent": 0.25},
    }
