"""Pictures with what two networks find in them, on top of each other."""

from base64 import b64encode
from collections.abc import Sequence

from zoo.drawing.svg import Drawing, Svg, element

__all__ = ["marked_photo"]

_WIDTH = 220.0
_WANTED, _FOUND, _EDGE = "#ffd400", "#00e5ff", "#000000"
"""Colours that show on any photo, in light and dark pages; the edge is around both."""

Place = tuple[float, float]
Box = tuple[float, float, float, float]


def marked_photo(
    png: bytes,
    size: tuple[int, int],
    title: str,
    summary: str,
    wanted: tuple[Sequence[Place], Sequence[Box]],
    found: tuple[Sequence[Place], Sequence[Box]],
) -> Drawing:
    """Return a picture with places and boxes: rings and whole lines of one, dots and dashes of two.

    png: the picture, with width and height in `size`. Places (x, y) have pixel centres at integers;
    boxes are x, y, width, height from edge to edge.
    """
    width, height = size
    scale = _WIDTH / width
    href = f"data:image/png;base64,{b64encode(png).decode()}"
    content = [element("image", width=_WIDTH, height=height * scale, href=href)]
    for box in wanted[1]:
        content += _box(box, scale, _WANTED, "none")
    for box in found[1]:
        content += _box(box, scale, _FOUND, "4 4")
    for x, y in wanted[0]:
        content.append(_ring((x + 0.5) * scale, (y + 0.5) * scale))
    for x, y in found[0]:
        content.append(_dot((x + 0.5) * scale, (y + 0.5) * scale))
    return Drawing(_WIDTH, height * scale, title, summary, content)


def _ring(x: float, y: float) -> Svg:
    return element("circle", cx=x, cy=y, r=2.6, fill="none", stroke=_WANTED, stroke_width=1)


def _dot(x: float, y: float) -> Svg:
    return element("circle", cx=x, cy=y, r=1.4, fill=_FOUND, stroke=_EDGE, stroke_width=0.3)


def _box(box: Box, scale: float, colour: str, dashes: str) -> list[Svg]:
    x, y, width, height = (number * scale for number in box)
    place = {"x": x, "y": y, "width": width, "height": height}
    edge = element("rect", **place, fill="none", stroke=_EDGE, stroke_width=3)
    line = element(
        "rect", **place, fill="none", stroke=colour, stroke_width=1.5, stroke_dasharray=dashes
    )
    return [edge, line]
