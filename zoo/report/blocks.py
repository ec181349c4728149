"""What a page is made of: text, tables, figures and lists, ready to be shown."""

from dataclasses import dataclass
from typing import ClassVar

from zoo.drawing.svg import Drawing

__all__ = ["Block", "Chain", "Figures", "Link", "Page", "Section", "Table", "Text"]


@dataclass(frozen=True)
class Text:
    """A paragraph. is_notice: whether it has to be seen."""

    text: str
    is_notice: bool = False
    kind: ClassVar[str] = "text"


@dataclass(frozen=True)
class Table:
    """A table; the first cell of each row names it.

    summary: of a table that is shown on request, '' for one that is always seen.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    summary: str = ""
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Figures:
    """Drawings beside each other."""

    drawings: tuple[Drawing, ...]
    kind: ClassVar[str] = "figures"


@dataclass(frozen=True)
class Link:
    """A step of a proof. state: in words.  is_right: whether it holds.  told: its details."""

    name: str
    state: str
    is_right: bool
    result: str
    told: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Chain:
    """Steps, each of which can be opened."""

    name: str
    links: tuple[Link, ...]
    kind: ClassVar[str] = "chain"


Block = Text | Table | Figures | Chain


@dataclass(frozen=True)
class Section:
    """A part of a page with a heading. key: its place in the page's address."""

    key: str
    heading: str
    blocks: tuple[Block, ...]
    parts: tuple["Section", ...] = ()


@dataclass(frozen=True)
class Page:
    """A page. lead: what is said first.  foot: what is said last."""

    title: str
    lead: str
    sections: tuple[Section, ...]
    foot: str
