"""Drawings in SVG 2 (https://www.w3.org/TR/SVG2), written as text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from zoo.quoting import html

__all__ = ["THEME", "Drawing", "Svg", "element", "standalone"]

THEME = (Path(__file__).with_name("theme.css")).read_text("utf-8")
"""CSS variables of the colours of drawings, in light and dark."""

_NAMESPACE = "http://www.w3.org/2000/svg"
_TEXT: dict[str, float | str] = {
    "font_family": "system-ui, sans-serif",
    "font_size": 13,
    "fill": "var(--ink)",
}


class Svg(str):
    """Text of elements, with everything from outside escaped."""

    __slots__ = ()


def element(name: str, content: Iterable[Svg] | str = (), /, **attributes: float | str) -> Svg:
    """Return an element. content: elements, or text, which is escaped.

    attributes: by name, with '_' in place of '-' and a trailing '_' dropped, as of 'class_'.
    Numbers are written to two decimals.
    """
    words = "".join(f' {_key(key)}="{_value(value)}"' for key, value in attributes.items())
    inner = "".join(content) if not isinstance(content, str) else html(content)
    return Svg(f"<{name}{words}>{inner}</{name}>" if inner else f"<{name}{words}/>")


@dataclass(frozen=True)
class Drawing:
    """A drawing of a width and height in pixels, which a page may scale.

    title, summary: read aloud instead of it. Pages embed it by `__html__` and provide THEME;
    notebooks show it.
    """

    width: float
    height: float
    title: str
    summary: str
    content: Sequence[Svg]

    def __html__(self) -> str:
        return self.placed(width=self.width, height=self.height)

    def placed(self, **attributes: float | str) -> Svg:
        """Return the element, with more attributes, such as its place in another drawing."""
        told = (element("title", self.title), element("desc", self.summary))
        box = f"0 0 {_value(self.width)} {_value(self.height)}"
        own = {"xmlns": _NAMESPACE, "viewBox": box, "role": "img"}
        return element("svg", (*told, *self.content), **own, **_TEXT, **attributes)

    def _repr_svg_(self) -> str:
        return standalone([self])


def standalone(drawings: Sequence[Drawing]) -> str:
    """Return the text of a file with drawings below each other, in light and dark."""
    width, top = max((each.width for each in drawings), default=0.0), 0.0
    placed = []
    for each in drawings:
        placed.append(each.placed(y=top, width=each.width, height=each.height))
        top += each.height
    style = Svg(f"<style>{THEME}</style>")
    ground = element("rect", width=width, height=top, fill="var(--ground)")
    box = f"0 0 {_value(width)} {_value(top)}"
    sizes = {"width": width, "height": top}
    content = (style, ground, *placed)
    return element("svg", content, xmlns=_NAMESPACE, viewBox=box, **sizes) + "\n"


def _key(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _value(value: float | str) -> str:
    if isinstance(value, str):
        return html(value)
    return f"{value:.2f}".rstrip("0").rstrip(".")
