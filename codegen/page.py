"""The HTML file of a page: one file that loads nothing, with a policy that allows nothing else."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from codegen.templates import TEMPLATES, render
from zoo.plugs import AppRequest
from zoo.trackable import finds_landmarks

__all__ = ["PROGRAM_MARK", "page_html", "with_program"]

_PAGE = TEMPLATES / "browser" / "page"
_SCRIPTS = ("program.js", "drawing.js", "results.js", "page.js")
PROGRAM_MARK = '<script type="text/plain" id="program">'
"""What the module follows, in base64."""


@dataclass(frozen=True)
class Page:
    """Context of templates/browser/index.html.j2.

    policy: Content-Security-Policy.  summary: what it runs.  detector: whether there is one.
    tracks: whether the contract has steps over time.  notices: lines of the footer.
    facts, examples: JSON for the scripts.
    """

    model: str
    policy: str
    summary: str
    detector: bool
    tracks: bool
    notices: tuple[str, ...]
    facts: str
    examples: str
    style: str
    scripts: tuple[str, ...]


def page_html(request: AppRequest) -> bytes:
    """Return the page without its program."""
    style = _text("style.css")
    scripts = tuple(map(_text, _SCRIPTS))
    detector = request.detector.model if request.detector else ""
    page = Page(
        model=request.model,
        policy=_policy(style, scripts),
        summary=_summary(request),
        detector=bool(detector),
        tracks=bool(request.contract.track) and finds_landmarks(request.contract),
        notices=_notices(request),
        facts=_data({"model": request.model, "detector": detector}),
        examples=_data(_examples(request)),
        style=style,
        scripts=scripts,
    )
    return render("browser/index.html.j2", page=page)


def with_program(page: bytes, module: bytes) -> bytes:
    """Return the page with its program, a WebAssembly module."""
    mark = PROGRAM_MARK.encode()
    before, _, after = page.partition(mark)
    return before + mark + base64.b64encode(module) + after


def _text(name: str) -> str:
    return (_PAGE / name).read_text("utf-8")


def _summary(request: AppRequest) -> str:
    _, height, width = (*(1, 1), *request.contract.input.shape)[-3:]
    finder = f" {request.detector.model} finds the regions." if request.detector else ""
    return (
        f"A network with 8-bit integers for {width} x {height} pixels, as WebAssembly in this "
        f"browser.{finder}"
    )


def _notices(request: AppRequest) -> tuple[str, ...]:
    watched = "The states over time are a measuring tool, not a safety system."
    return (
        *((f"Licence: {request.notice}.",) if request.notice else ()),
        *((watched,) if request.contract.track else ()),
    )


def _examples(request: AppRequest) -> list[Mapping[str, object]]:
    return [
        {
            "name": golden.name,
            "png": base64.b64encode(golden.image.read_bytes()).decode(),
            "box": dict(zip(("x", "y", "width", "height"), golden.box, strict=True)),
        }
        for golden in request.golden
    ]


def _data(value: Any) -> str:  # noqa: ANN401 (JSON)
    """Return JSON that ends no element of HTML."""
    return json.dumps(value).replace("<", "\\u003c")


def _policy(style: str, scripts: Sequence[str]) -> str:
    """Return what the page may do: run itself and its WebAssembly, show pictures and a camera."""
    rules = {
        "default-src": "'none'",
        "style-src": _digest(style),
        "script-src": " ".join((*map(_digest, scripts), "'wasm-unsafe-eval'")),
        "img-src": "blob: data:",
        "media-src": "blob: mediastream:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
