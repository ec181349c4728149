"""Our landmark networks beside those of the phone thesis, as parts of pages."""

import json
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "phone_tables.py"))
OURS = "pfld_0.25x.300w68"


def rows(table: str) -> dict[str, list[str]]:
    """Return the cells of a table by its first column."""
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()]
    return {first: others for first, *others in cells}


def test_published_figures_stand_below_the_thesis() -> None:
    made = SCRIPT["networks"]()
    assert rows(made)["HRNet (thesis)"] == ["3.54", "", "9,737,688", "39.0", ""]
    assert rows(made)["hrnet_w18.300w68"][0] == "not trained here"
    nme, *_, parameters, megabytes, small = rows(made)[OURS]
    recorded = json.loads((ROOT / f"recipes/pfld/weights/{OURS}.json").read_text("utf-8"))
    assert nme == f"{recorded['none']['metrics']['nme_interocular_percent']:.2f}"
    assert parameters == "300,616"
    assert float(small) < float(megabytes) / 2
    assert list(rows(made)).index("PFLD 0.25 (thesis)") < list(rows(made)).index(OURS)


def test_the_page_has_the_figures_of_today() -> None:
    """A network that is published later appears when the script runs."""
    found = SCRIPT["_TABLE"].search((ROOT / "docs" / "accuracy.md").read_text("utf-8"))
    today = rows(SCRIPT["networks"]())
    given = {name: cells for name, cells in rows(found["old"].strip()).items() if all(cells)}
    assert OURS in given
    assert {name: today[name] for name in given} == given, "run: python scripts/phone_tables.py"


def test_boxes() -> None:
    line = {"network": OURS, "labels": 3.6, "raw": 4.55, "corrected": 3.68, "second_pass": 3.641}
    made = rows(SCRIPT["boxes"]({"networks": [line]}))
    assert made[OURS] == ["3.60", "3.68, facedet", "3.64"]
    assert made["PFLD 0.25 (thesis)"] == ["4.03", "4.99, MTCNN", ""]
    assert "pfld_1.0x.300w68" not in made


def test_stability_is_that_of_the_suite() -> None:
    lines = [
        {
            "subject": f"{OURS} {quant} artifact",
            "test": test,
            "condition": condition,
            "count": 30,
            "metrics": {"stability_percent": moved},
        }
        for quant, moved in (("none", 0.154), ("ptq", 0.338))
        for test, condition in [("noise", f"sigma {sigma}") for sigma in SCRIPT["SIGMAS"]]
    ]
    made = rows(SCRIPT["stability"]([{**lines[0], "test": "blur"}, *lines]))
    assert made[f"{OURS}, float"] == ["0.154"] * 3
    assert made[f"{OURS}, ptq"] == ["0.338"] * 3
    assert made["HRNet (thesis)"] == ["0.271", "1.108", "2.390"]


def test_latency_has_a_column_for_each_number_of_threads() -> None:
    measured = {
        threads: {"latencies": [{"model": OURS, "scheme": scheme, "min_ms": ms / threads}]}
        for threads, scheme, ms in ((1, "float32", 0.5), (2, "float32", 0.6))
    }
    made = SCRIPT["latency"](measured)
    assert made.startswith("| network | 1 thread, ms | 2 threads, ms |\n")
    assert rows(made)[f"{OURS}, float"] == ["0.50", "0.30"]


def test_only_known_tables_change() -> None:
    page = (
        "Head\n<!-- phone: boxes -->\nold\n<!-- end of phone -->\n"
        "<!-- phone: latency -->\n\n| kept |\n\n<!-- end of phone -->\nTail\n"
    )
    once = SCRIPT["put"](page, {"boxes": "| new |"})
    assert once == page.replace("old\n", "\n| new |\n\n")
    assert SCRIPT["put"](once, {"boxes": "| new |"}) == once


@pytest.mark.parametrize("name", ["pfld_0.25x.300w68", "pfld_1.0x.300w68"])
def test_published_networks_are_measured(name: str) -> None:
    assert name in SCRIPT["published"]()
    assert "hrnet_w18.300w68" not in SCRIPT["published"]()
