"""Drawings are well-formed whatever their texts are, and can stand alone."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from zoo.drawing.svg import Drawing, element, standalone

NAMESPACE = "{http://www.w3.org/2000/svg}"
TEXTS = st.text(st.characters(codec="utf-8"))


@given(TEXTS, TEXTS)
def test_texts_are_content_and_never_markup(text, attribute):
    parsed = ElementTree.fromstring(element("text", text, id=attribute))
    assert parsed.tag == "text"
    assert list(parsed) == []
    assert list(parsed.keys()) == ["id"]


@given(TEXTS, TEXTS)
def test_a_drawing_says_what_it_shows(title, summary):
    parsed = ElementTree.fromstring(standalone([Drawing(10, 5, title, summary, [])]))
    (inner,) = parsed.findall(f"{NAMESPACE}svg")
    assert [child.tag for child in inner] == [f"{NAMESPACE}title", f"{NAMESPACE}desc"]
    assert inner.get("role") == "img"


def test_numbers_have_two_decimals():
    assert element("rect", x=1 / 3, stroke_width=2, class_="a") == (
        '<rect x="0.33" stroke-width="2" class="a"/>'
    )


def test_a_file_has_its_drawings_below_each_other():
    parsed = ElementTree.fromstring(
        standalone([Drawing(10, 5, "a", "", []), Drawing(20, 7.5, "b", "", [])])
    )
    assert [inner.get("y") for inner in parsed.findall(f"{NAMESPACE}svg")] == ["0", "5"]
    assert (parsed.get("width"), parsed.get("height")) == ("20", "12.5")
    assert "prefers-color-scheme: dark" in parsed.findtext(f"{NAMESPACE}style", "")


def test_notebooks_show_a_drawing():
    assert Drawing(10, 5, "a", "", [])._repr_svg_().startswith("<svg ")
