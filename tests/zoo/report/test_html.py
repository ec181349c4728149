"""The page: everything from outside is text, nothing is loaded, and it is the same every time."""

import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_content import small_content

from zoo.report.report import Report

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></svg></title><iframe src=https://example.org>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "&lt;script&gt;",
    "name\u202egnp.exe\x00\x1b[31m",
)
VOID = {"meta", "link", "img", "br"}


class Elements(HTMLParser):
    """The elements of a page, with attributes, and all its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def tags(page: str) -> list[str]:
    return [tag for tag, _ in Elements(page).found]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_text(text):
    page, harmless = Report(small_content(text)).html, Report(small_content()).html
    assert tags(page) == tags(harmless)
    assert "script" not in tags(page)
    names = {name for _, attributes in Elements(page).found for name in attributes}
    assert names == {n for _, attributes in Elements(harmless).found for n in attributes}
    printable = "".join(c if c.isprintable() else " " for c in text).strip()
    assert printable in Elements(page).words


@given(st.text(min_size=1))
@settings(max_examples=20)
def test_any_name_leaves_the_page_whole(text):
    page = Report(small_content(text)).html
    assert tags(page) == tags(Report(small_content()).html)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", page)


def test_the_policy_allows_only_the_page_itself():
    page = Report(small_content()).html
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = [a["content"] for _, a in Elements(page).found if "http-equiv" in a]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    for _, attributes in Elements(page).found:
        assert "style" not in attributes  # the policy forbids it
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href"):
            assert attributes.get(name, "#").startswith(("#", "data:"))


def test_the_page_is_the_same_every_time():
    assert Report(small_content()).html == Report(small_content()).html


def test_notebooks_show_the_page_in_a_frame_of_its_own():
    shown = Report(small_content("<script>"))._repr_html_()
    assert tags(shown) == ["iframe"]
    (_, attributes) = Elements(shown).found[0]
    assert attributes["srcdoc"] == Report(small_content("<script>")).html
    assert "sandbox" in attributes
