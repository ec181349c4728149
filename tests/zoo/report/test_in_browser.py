"""The page in Chromium: nothing in the console, nothing loaded, no scrolling sideways."""

import pytest
from accessibility import AXE_CORE, axe_faults, axe_file
from report_content import small_content

from codegen.chromium import CHROMIUM, Tab, opened
from zoo.report.report import Report
from zoo.tool import find_tool

LONG = "a_network_with_a_name_that_is_longer_than_a_phone_is_wide_and_has_no_gap_at_all"


@pytest.fixture(scope="module")
def browser():
    if not find_tool(CHROMIUM):
        pytest.skip(f"no Chromium; {CHROMIUM.remedy} installs it")
    with opened() as tab:
        yield tab


@pytest.fixture
def tab(browser: Tab, tmp_path):
    """Return a tab with the page of long names; fails for problems and requests."""
    file = tmp_path / "report.html"
    file.write_text(Report(small_content(LONG)).html)
    browser.open(file.as_uri(), "document.readyState === 'complete'")
    yield browser
    browser.call("Emulation.clearDeviceMetricsOverride")
    browser.call("Emulation.setEmulatedMedia", media="", features=[])
    assert browser.problems == []
    assert [url for url in browser.requests if not url.startswith(("file:", "data:"))] == []


def test_its_style_is_allowed_and_follows_the_theme(tab):
    grounds = []
    for theme in ("light", "dark"):
        features = [{"name": "prefers-color-scheme", "value": theme}]
        tab.call("Emulation.setEmulatedMedia", features=features)
        grounds.append(tab.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(255, 255, 255)", "rgb(20, 22, 26)"]


def test_pictures_are_shown(tab):
    sizes = tab.evaluate(
        "[...document.querySelectorAll('figure svg')].map((svg) => "
        "svg.getBoundingClientRect().width)"
    )
    assert min(sizes) > 200
    assert tab.evaluate("[...document.querySelectorAll('image')].length") == 1


def test_a_phone_does_not_scroll_sideways(tab):
    size = {"width": 320, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    tab.call("Emulation.setDeviceMetricsOverride", **size)
    assert tab.evaluate("document.documentElement.scrollWidth") == 320


def test_the_proof_is_open_on_paper(tab):
    shown = "document.querySelector('.chain dl').checkVisibility({contentVisibilityAuto: true})"
    height = "document.querySelector('.chain dl').getBoundingClientRect().height"
    assert not tab.evaluate(f"{shown} && {height} > 0")
    tab.call("Emulation.setEmulatedMedia", media="print")
    assert tab.evaluate(f"{height} > 0")


@pytest.mark.skipif(axe_file() is None, reason=f"{AXE_CORE} names no axe.min.js of axe-core")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_core_finds_nothing(tab, theme):
    tab.call(
        "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}]
    )
    tab.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    rules = axe_file()
    assert rules is not None
    assert axe_faults(tab, rules) == []
