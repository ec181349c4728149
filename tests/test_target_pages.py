"""Each target has a page, with its state at the top, from one table."""

import re

import pytest
import target_pages

from zoo import registry

BUILT_IN = {d.name for d in registry.descriptors("target") if d.target.startswith("runtimes.")}
TEXTS = dict(target_pages.texts())


def test_every_target_is_on_one_page():
    listed = [name for page in target_pages.pages().values() for name in page.targets]
    assert sorted(listed) == sorted(BUILT_IN), "edit docs/targets.toml, then run `make docs`"


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.name)
def test_the_state_on_a_page_is_the_tables(file):
    assert file.read_text("utf-8") == TEXTS[file], "run `make docs`"


@pytest.mark.parametrize("name", target_pages.pages())
def test_a_page_begins_with_its_state(name):
    text = (target_pages.DOCS / f"{name}.md").read_text("utf-8")
    assert re.match(r"# .+\n\n<!-- state -->\n", text)
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings[0] == "Build"
    assert "What is proven where" in headings


def test_what_real_hardware_ran_is_said_plainly():
    for name, page in target_pages.pages().items():
        assert page.hardware.startswith(("No.", "Yes, ")), name
