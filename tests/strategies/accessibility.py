"""What can be checked of a page without a person: structure, names, and contrast of colours.

Rules are of WCAG 2.2 (https://www.w3.org/TR/WCAG22). Where the environment variable AXE_CORE names
the file axe.min.js of the npm package axe-core, `axe_faults` runs its rules, which are more.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

from codegen.chromium import Tab

VOID = {"meta", "link", "img", "br", "input", "hr", "path", "rect", "image", "circle"}
LANDMARKS = {"header", "nav", "main", "footer"}
AXE_CORE = "AXE_CORE"
TEXT_RATIO, DRAWN_RATIO = 4.5, 3.0
"""Least contrast of text (1.4.3), and of what a drawing needs to be understood (1.4.11)."""


@dataclass
class Element:
    """An element of a page, with what is in it."""

    tag: str
    attributes: Mapping[str, str]
    children: list["Element"] = field(default_factory=list)
    words: str = ""

    def every(self) -> Iterator["Element"]:
        yield self
        for child in self.children:
            yield from child.every()

    def all(self, *tags: str) -> list["Element"]:
        return [element for element in self.every() if element.tag in tags]

    @property
    def text(self) -> str:
        return self.words + "".join(child.text for child in self.children)

    @property
    def name(self) -> str:
        """The accessible name, as far as it is written down."""
        titles = "".join(child.text for child in self.children if child.tag == "title")
        labels = (self.attributes.get(key, "") for key in ("aria-label", "alt"))
        text = "" if self.tag == "svg" else self.text.strip()  # which is in a drawing
        return "".join(labels) or titles or text


class Tree(HTMLParser):
    """The elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(self.open[-1].children[-1])

    def handle_startendtag(self, tag, attrs):
        self.open[-1].children.append(Element(tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag):
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data):
        self.open[-1].words += data


def structure_faults(page: str, has_captions: bool = True) -> list[str]:
    """Return what is wrong with a page's structure and names.

    has_captions: whether its tables have captions; others follow a heading that says what they are.
    """
    root = Tree(page).root
    rules = [_document, _headings, _landmarks, _identifiers, _names, _headers, _lists]
    rules += [_captions] if has_captions else []
    return [fault for rule in rules for fault in rule(root)]


def _document(root: Element) -> Iterator[str]:
    if not all(each.attributes.get("lang") for each in root.all("html")):
        yield "the page has no language"
    if not any(each.text.strip() for each in root.all("title")[:1]):
        yield "the page has no title"
    views = [
        e.attributes["content"] for e in root.all("meta") if e.attributes.get("name") == "viewport"
    ]
    if len(views) != 1 or "maximum-scale" in views[0] or "user-scalable" in views[0]:
        yield "the page cannot be enlarged on phones"


def _headings(root: Element) -> Iterator[str]:
    levels = [int(each.tag[1]) for each in root.all("h1", "h2", "h3", "h4", "h5", "h6")]
    if levels.count(1) != 1:
        yield f"the page has {levels.count(1)} headings of level 1"
    for before, after in pairwise(levels):
        if after > before + 1:
            yield f"a heading of level {after} follows one of level {before}"


def _landmarks(root: Element) -> Iterator[str]:
    if len(root.all("main")) != 1:
        yield "the page has not one main part"
    (body,) = root.all("body")
    for child in body.children:
        if child.tag not in (*LANDMARKS, "script"):
            yield f"<{child.tag}> is in no landmark"
    names = [e.name for e in root.all("nav")] + _named_by(root)
    for name, count in Counter(names).items():
        if count > 1 or not name:
            yield f"{count} landmarks are named {name!r}"


def _named_by(root: Element) -> list[str]:
    """Return the names of sections that are landmarks."""
    by_id = {e.attributes["id"]: e for e in root.every() if "id" in e.attributes}
    names = []
    for section in root.all("section"):
        key = section.attributes.get("aria-labelledby")
        if key is not None:
            names.append(by_id[key].text.strip() if key in by_id else "")
        elif "aria-label" in section.attributes:
            names.append(section.attributes["aria-label"])
    return names


def _identifiers(root: Element) -> Iterator[str]:
    counts = Counter(e.attributes["id"] for e in root.every() if "id" in e.attributes)
    yield from (f"{count} elements are #{name}" for name, count in counts.items() if count > 1)
    for link in root.all("a"):
        target = link.attributes.get("href", "")
        if target.startswith("#") and target[1:] not in counts:
            yield f"a link leads to {target}, which is not there"
    for element in root.every():
        if int(element.attributes.get("tabindex", 0)) > 0:
            yield f"<{element.tag}> changes the order of the keyboard"


def _names(root: Element) -> Iterator[str]:
    labelled = {e.attributes.get("for") for e in root.all("label")}
    wrapped = {id(e) for label in root.all("label") for e in label.every()}
    for element in root.every():
        tag, attributes = element.tag, element.attributes
        if tag in ("a", "button", "summary") and not element.name:
            yield f"<{tag}> has no name"
        if (tag in ("svg", "img") or attributes.get("role") == "img") and not element.name:
            yield f"<{tag}> has no name"
        if tag in ("input", "select", "textarea") and not (
            id(element) in wrapped or attributes.get("id") in labelled or "aria-label" in attributes
        ):
            yield f"<{tag}> has no label"
        if attributes.get("role") in ("region", "group", "log") and not element.name:
            yield f"<{tag}> has a role and no name"
    for details in root.all("details"):
        if not details.children or details.children[0].tag != "summary":
            yield "<details> has no summary"


def _captions(root: Element) -> Iterator[str]:
    for table in root.all("table"):
        if not any(child.tag == "caption" and child.text for child in table.children):
            yield "a table has no caption"


def _headers(root: Element) -> Iterator[str]:
    for head in root.all("th"):
        if head.attributes.get("scope") not in ("row", "col"):
            yield f"the header {head.text!r} is of neither row nor column"
        if not head.text.strip():
            yield "a header is empty"


def _lists(root: Element) -> Iterator[str]:
    for each in root.all("ul", "ol"):
        yield from (f"<{c.tag}> is in a list" for c in each.children if c.tag != "li")
    for each in root.all("dl"):
        yield from (f"<{c.tag}> is in a <dl>" for c in each.children if c.tag not in ("dt", "dd"))


def contrast_faults(style: str, on_accent: bool = False) -> list[str]:
    """Return the variables of a style that can hardly be seen on its grounds, in both themes.

    All colours but grounds and lines are of texts; those of drawings are named series. on_accent:
    whether texts also stand on the accent's colour.
    """
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    )
    return [
        fault
        for theme, colours in (("light", light), ("dark", dark))
        for fault in _contrast(theme, colours, on_accent)
    ]


def _contrast(theme: str, colours: Mapping[str, str], on_accent: bool) -> Iterator[str]:
    grounds = [name for name in ("ground", "raised") if name in colours]
    for name, colour in colours.items():
        if name in (*grounds, "line", "on-accent"):
            continue
        least = DRAWN_RATIO if name.startswith("series") else TEXT_RATIO
        for ground in grounds:
            if contrast(colour, colours[ground]) < least:
                yield f"{theme}: {name} on {ground} has {contrast(colour, colours[ground]):.2f}"
    if on_accent and contrast(colours["on-accent"], colours["accent"]) < TEXT_RATIO:
        yield f"{theme}: text on the accent"


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours '#rrggbb', from 1 to 21 (WCAG 2.2, contrast ratio)."""
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    shares = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def axe_file() -> Path | None:
    """Return the file of axe-core's rules, None if there is none."""
    path = Path(os.environ.get(AXE_CORE, ""))
    return path if path.is_file() else None


def axe_faults(tab: Tab, rules: Path) -> list[str]:
    """Return what axe-core finds wrong with an open page."""
    tab.evaluate(f"{rules.read_text('utf-8')}; 0")
    found = tab.evaluate(
        "axe.run(document).then(({violations}) => violations.map(({id, nodes}) => "
        "`${id}: ${nodes.map(({target}) => target).join(', ')}`))"
    )
    assert isinstance(found, list)
    return found
