"""What a page is: one file that loads nothing and allows nothing else."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from chain_page import page_request

from codegen.apps.browser import BROWSER
from codegen.page import page_html, with_program
from zoo.errors import RecipeError
from zoo.target import Target


class Elements(HTMLParser):
    """Collects elements with their attributes, and the texts of scripts and styles."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, dict[str, str | None], str]] = []
        self._open: tuple[str, dict[str, str | None]] | None = None
        self.feed(page.decode())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._open = (tag, dict(attrs)) if tag in ("script", "style", "title") else None

    def handle_data(self, data):
        if self._open:
            self.texts.append((*self._open, data))

    def handle_endtag(self, tag):  # noqa: ARG002 (any)
        self._open = None


@pytest.fixture(scope="module")
def request_of_page(tmp_path_factory):
    return page_request(tmp_path_factory.mktemp("page"))


def test_the_policy_names_each_script_and_style(request_of_page):
    page = Elements(page_html(request_of_page))
    (policy,) = [a["content"] for tag, a in page.elements if tag == "meta" and "http-equiv" in a]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe-inline" not in policy
    assert "unsafe-eval'" not in policy.replace("'wasm-unsafe-eval'", "")
    run = [text for tag, a, text in page.texts if tag == "style" or (tag == "script" and not a)]
    digests = {base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in run}
    assert set(re.findall(r"'sha256-([^']*)'", policy)) == digests
    assert len(run) == 5


def test_it_refers_to_nothing(request_of_page):
    page = Elements(page_html(request_of_page))
    places = [v for _, a in page.elements for k, v in a.items() if k in ("src", "href", "action")]
    assert places == ["data:,"]


def test_no_element_has_a_style_or_a_handler_of_its_own(request_of_page):
    page = Elements(page_html(request_of_page))
    names = {name for _, attributes in page.elements for name in attributes}
    assert not {name for name in names if name == "style" or name.startswith("on")}


def test_it_brings_the_examples_and_the_licence(request_of_page):
    page = page_html(request_of_page)
    data = {a.get("id"): text for tag, a, text in Elements(page).texts if tag == "script"}
    (example, _) = json.loads(data["examples"])
    assert base64.b64decode(example["png"]) == request_of_page.golden[0].image.read_bytes()
    assert example["box"] == {"x": 20.0, "y": 40.0, "width": 40.0, "height": 40.0}
    assert b"Licence: for tests only." in page


def test_names_of_strangers_stay_texts(request_of_page):
    name = '</script><script>alert(1)</script>"><img src=x onerror=alert(1)>'
    harmless, hostile = (
        Elements(page_html(replace(request_of_page, model=model))) for model in ("model", name)
    )
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in harmless.elements]
    assert ("title", {}, name) in hostile.texts


def test_the_program_is_put_in_its_place(request_of_page):
    page = with_program(page_html(request_of_page), b"module")
    program = {a.get("id"): t for tag, a, t in Elements(page).texts if tag == "script"}["program"]
    assert base64.b64decode(program) == b"module"


def test_the_same_request_gives_the_same_page(request_of_page):
    assert page_html(request_of_page) == page_html(request_of_page)


def test_a_network_alone_looks_at_the_whole_picture(request_of_page):
    page = page_html(replace(request_of_page, detector=None))
    assert b'id="detect">Whole picture</button>' in page
    assert b'id="detect">Find regions</button>' in page_html(request_of_page)


def test_a_contract_that_no_app_can_follow_is_refused(request_of_page):
    steps = tuple(s for s in request_of_page.contract.pre if s.name != "resize")
    contract = replace(request_of_page.contract, pre=steps)
    with pytest.raises(RecipeError):
        BROWSER.generate(replace(request_of_page, contract=contract, target=target()))


def target() -> Target:
    return Target("browser", "a browser", "c", "c-wasm", "browser", {})
