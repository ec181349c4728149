"""A page of a small chain, built once for all workers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from c_chain import PHOTOS
from chain_page import BuiltPage, open_page, page_request
from made_once import made_once
from wasm_tools import missing_for_wasm

from codegen.apps.browser import BROWSER
from codegen.chromium import CHROMIUM, Tab, opened
from zoo.tool import find_tool


@pytest.fixture(scope="session")
def built_page(tmp_path_factory: pytest.TempPathFactory) -> BuiltPage:
    if missing_for_wasm():
        pytest.skip(missing_for_wasm())

    def make(folder: Path) -> None:
        for name, content in BROWSER.generate(page_request(folder)).items():
            path = folder / "src" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        BROWSER.build(folder / "src", folder / "build")

    folder = made_once(tmp_path_factory, "page", make)
    photos = tuple(folder / f"photo{index}.png" for index in range(len(PHOTOS)))
    return BuiltPage(folder / "build" / "index.html", folder, photos)


@pytest.fixture(scope="session")
def browser() -> Iterator[Tab]:
    """A tab of a browser, one for each worker."""
    if not find_tool(CHROMIUM):
        pytest.skip("no Chromium; scripts/toolchains browser installs it")
    with opened() as tab:
        yield tab


@pytest.fixture
def tab(browser: Tab, built_page: BuiltPage) -> Iterator[Tab]:
    """A tab with the page; fails for what the console tells, and for what the page loads."""
    open_page(browser, built_page.file.as_uri())
    yield browser
    browser.call("Emulation.clearDeviceMetricsOverride")
    browser.call("Emulation.setEmulatedMedia", features=[])
    assert browser.problems == []
    local = ("file:", "blob:", "data:", "http://127.0.0.1:")
    assert [url for url in browser.requests if not url.startswith(local)] == []
