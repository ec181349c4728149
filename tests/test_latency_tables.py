"""Latencies as a part of a page."""

import runpy
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"
SCRIPT = runpy.run_path(str(SCRIPTS / "latency_tables.py"))
CLASSIFIERS = runpy.run_path(str(SCRIPTS / "classifiers.py"))


def row(scheme, runtime, min_ms):
    times = {"min_ms": min_ms, "median_ms": 2 * min_ms}
    return {"model": "net", "scheme": scheme, "runtime": runtime, "macs": 6_000_000, **times}


FOUND = {
    "machine": {"processor": "Chip 1"},
    "latencies": [
        row("float32", "onnxruntime", 0.5),
        row("w8a8-asym", "onnxruntime", 0.25),
        row("w8a8-asym", "c", 0.125),
    ],
}
TIMES = """| network | ONNX Runtime | C |
|---|---|---|
| net, float | 0.50, 1.00 |  |
| net, 8 bits | 0.25, 0.50 | 0.12, 0.25 |
"""


def test_a_table_has_a_row_for_each_format_and_a_column_for_each_runtime():
    text = SCRIPT["tables"](FOUND)
    assert text.startswith("One thread, Chip 1, onnxruntime ")
    assert TIMES in text
    assert "| net, 8 bits | 24 | 48 |" in text


def test_the_share_of_the_peak_stands_where_it_is_known():
    assert "Share" not in SCRIPT["tables"](FOUND)
    known = {**FOUND["latencies"][2], "of_peak": 0.5, "peak_macs_per_ns": 96.0}
    text = SCRIPT["tables"]({**FOUND, "latencies": [*FOUND["latencies"][:2], known]})
    assert text.endswith("| network | C |\n|---|---|\n| net, 8 bits | 0.50 of 96.0 |")


def test_tables_replace_what_stood_between_the_marks():
    page = "Head\n<!-- latencies -->\nold\n<!-- end of latencies -->\nTail\n"
    once = SCRIPT["put"](page, TIMES)
    assert once == f"Head\n<!-- latencies -->\n\n{TIMES}\n\n<!-- end of latencies -->\nTail\n"
    assert SCRIPT["put"](once, TIMES) == once


def test_all_models_are_timed_in_one_run(tmp_path):
    words = SCRIPT["command"](tmp_path / "found.json", [tmp_path / "resnet18.onnx"])
    assert words[3] == "bench"
    assert {*SCRIPT["MODELS"], str(tmp_path / "resnet18.onnx")} <= set(words)


@pytest.mark.parametrize(
    ("name", "parameters"), [("mobilenet_v2", 3_504_872), ("resnet18", 11_689_512)]
)
def test_classifiers_have_the_sizes_of_their_papers(name, parameters):
    """Counts are those of the usual implementations in PyTorch."""
    network = CLASSIFIERS["CLASSIFIERS"][name]()
    assert sum(weights.numel() for weights in network.parameters()) == parameters
