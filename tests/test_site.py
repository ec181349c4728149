"""The site of the documents: complete, and nothing in it comes from elsewhere."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from made_once import made_once

from codegen.chromium import CHROMIUM, opened
from zoo.tool import find_tool

ROOT = Path(__file__).parents[1]
LOADED = {"src", "srcset", "poster", "data", "background", "xlink:href"}
LOADING_LINKS = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch"}
FIELD = "document.querySelector('.md-search__input')"
FOUND = "document.querySelectorAll('.md-search-result__item').length"
ELSEWHERE = re.compile(r"(https?:)?//", re.IGNORECASE)


class Loads(HTMLParser):
    """Gathers the addresses that a page loads."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.addresses: set[str] = set()
        self._in_style = False
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        self.addresses |= {values[name] for name in LOADED & set(values)}
        if tag == "link" and LOADING_LINKS & set(values.get("rel", "").split()):
            self.addresses.add(values["href"])
        self.addresses |= set(styled(values.get("style", "")))
        self._in_style = tag == "style"

    def handle_data(self, data):
        if self._in_style:
            self.addresses |= set(styled(data))


def styled(text: str) -> list[str]:
    """Return the addresses that a style sheet loads."""
    found = re.findall(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", text)
    return [first or second for first, second in found]


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """The site, built as `make docs` builds it; a warning of MkDocs is an error."""

    def make(folder: Path) -> None:
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir"]
        environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
        done = subprocess.run(
            [*command, folder / "site"], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr

    return made_once(tmp_path_factory, "site", make) / "site"


def test_pages_load_nothing_from_elsewhere(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 40
    for page in pages:
        loads = Loads(page).addresses
        assert any(address.endswith(".css") for address in loads), page
        assert not [address for address in loads if ELSEWHERE.match(address)], page
    for sheet in site.rglob("*.css"):
        assert not [address for address in styled(sheet.read_text()) if ELSEWHERE.match(address)]


def test_pages_from_outside_of_docs_are_there_and_linked(site):
    start = (site / "index.html").read_text("utf-8")
    assert 'src="images/landmarks.png"' in start
    for page in ("targets", "contributing", "plugins"):
        assert f'href="{page}.html"' in start, page
    for page in ("changelog", "security", "examples/detector"):
        assert (site / f"{page}.html").is_file(), page


def test_links_to_sources_are_plain_text(site):
    text = (site / "xmodel.html").read_text("utf-8")
    assert "compilers/xmodel/xir.proto" in text
    assert 'href="../compilers' not in text


@pytest.mark.toolchain
@pytest.mark.skipif(not find_tool(CHROMIUM), reason=f"no Chromium: {CHROMIUM.remedy}")
def test_search_works_in_a_page_from_a_file(site):
    with opened() as tab:
        tab.open((site / "index.html").as_uri(), "document.readyState === 'complete'")
        tab.evaluate(f"{FIELD}.focus()")
        tab.call("Input.insertText", text="perclos")
        tab.evaluate(f"{FIELD}.dispatchEvent(new Event('keyup'))")
        tab.wait(f"{FOUND} > 0")
        titles = tab.evaluate("document.querySelector('.md-search-result__list').innerText")
        assert "Drowsiness" in titles
        assert tab.problems == []
        assert all(address.startswith(("file:", "data:")) for address in tab.requests)


@pytest.mark.toolchain
@pytest.mark.skipif(not find_tool(CHROMIUM), reason=f"no Chromium: {CHROMIUM.remedy}")
def test_pages_fit_a_phone_and_tell_no_problem(site):
    with opened() as tab:
        tab.call(
            "Emulation.setDeviceMetricsOverride",
            **{"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": True},
        )
        for page in sorted(set(site.rglob("*.html")) - {site / "404.html"}):
            tab.open(page.as_uri(), "document.readyState === 'complete'")
            assert tab.evaluate("document.documentElement.scrollWidth") <= 360, page
            assert tab.problems == [], page
        assert all(address.startswith(("file:", "data:")) for address in tab.requests)
