"""The page of a report: one HTML file that loads nothing and runs no script."""

import hashlib
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.drawing.svg import THEME
from zoo.quoting import one_line
from zoo.report.blocks import Page

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["page_html"]

_TEMPLATES = Path(__file__).parent / "templates"


def page_html(page: Page) -> str:
    """Return the file's text. All text is escaped; only drawings are markup."""
    from markupsafe import Markup

    style = THEME + (_TEMPLATES / "style.css").read_text("utf-8")
    template = _environment().get_template("report.html.j2")
    return template.render(page=page, policy=_policy(style), style=Markup(style))


def _policy(style: str) -> str:
    """Return what the page may do: show its own style and the pictures in it."""
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    rules = {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _printable(value: object) -> object:
    """Return text without control characters, which could turn around what is read."""
    return one_line(value) if type(value) is str else value
