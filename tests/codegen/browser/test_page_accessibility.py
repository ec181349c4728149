"""The page can be read by everybody, as far as that can be computed."""

import pytest
from accessibility import AXE_CORE, axe_faults, axe_file, contrast_faults, structure_faults

from codegen.templates import TEMPLATES

STYLE = TEMPLATES / "browser" / "page" / "style.css"


def test_all_colours_can_be_seen_in_both_themes():
    assert contrast_faults(STYLE.read_text(), on_accent=True) == []


def test_it_has_structure_and_names_with_results_in_it(tab):
    page = tab.evaluate("document.documentElement.outerHTML")
    assert structure_faults(page, has_captions=False) == []


@pytest.mark.skipif(axe_file() is None, reason=f"{AXE_CORE} names no axe.min.js of axe-core")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_core_finds_nothing(tab, theme):
    tab.call(
        "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}]
    )
    rules = axe_file()
    assert rules is not None
    assert axe_faults(tab, rules) == []
