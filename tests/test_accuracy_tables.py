"""Pages have the figures of the published networks."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
updated = runpy.run_path(str(ROOT / "scripts" / "accuracy_tables.py"))["updated"]


@pytest.mark.parametrize(
    ("name", "model"), [("accuracy", "pfld_1.0x.300w68"), ("detection", "facedet_320.wider")]
)
def test_the_page_is_of_today(name: str, model: str) -> None:
    page = (ROOT / "docs" / f"{name}.md").read_text("utf-8")
    assert f"| {model}, float |" in page
    assert updated(page) == page, f"run: python scripts/accuracy_tables.py docs/{name}.md"


def test_other_rows_stay_and_old_figures_go() -> None:
    old = (
        "| network | NME |\n|---|---|\n"
        "| pfld_0.25x.300w68, float | 9.99 |\n| same, `ptq.gone` | 9.99 |\n| a peer | 3.42 |\n"
    )
    new = updated(old)
    assert new.startswith("| network | NME |\n|---|---|\n| pfld_0.25x.300w68, float | ")
    assert new.endswith("| a peer | 3.42 |\n")
    assert "9.99" not in new
    assert "| same, `ptq.w8a8-asym` | " in new


def test_tables_of_another_script_stay() -> None:
    latency = (
        "<!-- phone: latency -->\n\n| network | 1 thread, ms |\n|---|---|\n"
        "| pfld_0.25x.300w68, float | 0.47 |\n\n<!-- end of phone -->\n"
    )
    accuracy = "| pfld_0.25x.300w68, float | 9.99 |\n"
    assert updated(latency) == latency
    new = updated(latency + accuracy)
    assert new.startswith(latency)
    assert "9.99" not in new
