"""Measured and estimated times as a part of a page."""

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "estimate_tables.py"))


def test_measured_times_are_the_medians_of_the_page_of_latencies():
    page = (ROOT / "docs" / "performance.md").read_text("utf-8")
    rows = list(SCRIPT["measured"](page))
    assert {target for _, _, target, _ in rows} == {"x86:ort", "x86:c"}
    assert {quant for _, quant, _, _ in rows} == {"none", "ptq"}
    assert all(time_ms > 0 for *_, time_ms in rows)
    assert [place for _, quant, place, _ in rows if quant == "none" and place != "x86:ort"] == []


def test_a_table_tells_the_ratio():
    text = SCRIPT["table"]("board", [("net", 2.0, 1.0)])
    assert text.endswith("| net | 2.00 | 1.00 | 0.50 |")


def test_the_page_is_within_the_factors_that_are_stated():
    page = (ROOT / "docs" / "estimate.md").read_text("utf-8")
    tables = page.partition(SCRIPT["BEGIN"])[2].partition(SCRIPT["END"])[0]
    ratios = [float(found) for found in re.findall(r"\| (\d\.\d\d) \|$", tables, re.MULTILINE)]
    assert len(ratios) == 24
    assert all(1 / 1.35 < ratio < 1.35 for ratio in ratios)
