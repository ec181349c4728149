"""Runs a page on pictures: in Chromium, or its program in Node where there is none."""

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.app import App
from codegen.app_run import answered_runs
from codegen.chromium import CHROMIUM, Tab, opened
from codegen.templates import TEMPLATES
from zoo.errors import MissingToolError, ProgramError
from zoo.picture import read_picture
from zoo.plugs import AppRun, ChainRun
from zoo.program_end import ended
from zoo.recipe import GoldenInput
from zoo.step import Box
from zoo.tool import Tool, find_tool

__all__ = ["NODE", "READY", "PageApp", "page_in_chromium"]

NODE = Tool(
    "Node",
    "program",
    ("node",),
    "proof of pages without a browser",
    "scripts/toolchains browser",
)
_SCRIPT = TEMPLATES / "browser" / "node_page.mjs"
_TIMEOUT_S = 600
READY = "document.body?.dataset.state === 'ready'"
"""An expression: whether a page can be used."""
_IN_CHROMIUM = "the page was run in headless Chromium"
_IN_NODE = (
    "the page's program was run in Node, the page in no browser: there is no Chromium here; "
    f"{CHROMIUM.remedy} installs it"
)
_SIDES = ("x", "y", "width", "height")


@dataclass(frozen=True)
class PageApp(App):
    """A page, which a browser runs."""

    shows_examples: bool = True
    program_name: str = "index.html"

    @property
    def tools(self) -> tuple[Tool, ...]:
        """Tools for building and running."""
        return (*super().tools, CHROMIUM, NODE)

    @property
    def run_note(self) -> str:  # type: ignore[override]
        """Where `run` runs the page."""
        return _IN_CHROMIUM if find_tool(CHROMIUM) else _IN_NODE

    def run(
        self,
        program: Path,
        artifact: Path,  # noqa: ARG002 (it is part of the page)
        golden: Sequence[GoldenInput],
    ) -> tuple[AppRun, ...]:
        """Run the page on each picture, in its box."""
        looks = [_Look(item.image, item.box) for item in golden]
        runs = [answered_runs(answer) for answer, _ in _answers(program, looks)]
        return tuple(run for (run,) in runs)

    def run_chain(
        self,
        program: Path,
        artifact: Path,  # noqa: ARG002 (both are part of the page)
        detector: Path,  # noqa: ARG002
        pictures: Sequence[Path],
    ) -> tuple[ChainRun, ...]:
        """Run a page with a detector on each whole picture."""
        looks = [_Look(picture, detects=True) for picture in pictures]
        return tuple(
            ChainRun(answered_runs(detected)[0], answered_runs(answer))
            for answer, detected in _answers(program, looks)
        )


@dataclass(frozen=True)
class _Look:
    """A picture, and where to look: None for the detector. detects: whether it also runs alone."""

    picture: Path
    box: Box | None = None
    detects: bool = False

    @property
    def box_json(self) -> Mapping[str, float] | None:
        return None if self.box is None else dict(zip(_SIDES, self.box, strict=True))


_Answers = list[tuple[Mapping[str, Any], Mapping[str, Any]]]


def _answers(page: Path, looks: Sequence[_Look]) -> _Answers:
    """Return the page's answers to each look, and those of its detector alone."""
    return (_in_chromium if find_tool(CHROMIUM) else _in_node)(page, looks)


@contextmanager
def page_in_chromium(address: str) -> Iterator[Tab]:
    """Yield a tab with a page that is ready; raises VerifyError if the page tells problems."""
    with opened() as tab:
        tab.open(address, READY)
        yield tab
        if tab.problems:
            raise ProgramError(f"{address}: the browser tells: {'; '.join(tab.problems)}")


def _in_chromium(page: Path, looks: Sequence[_Look]) -> _Answers:
    with page_in_chromium(page.resolve().as_uri()) as tab:
        return [_answer_of(tab, look) for look in looks]


def _answer_of(tab: Tab, look: _Look) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Open a picture as its user does."""
    content = json.dumps(base64.b64encode(look.picture.read_bytes()).decode())
    file = f"new Blob([Uint8Array.from(atob({content}), (letter) => letter.charCodeAt(0))])"
    answer = tab.evaluate(f"page.open({file}, {json.dumps(look.box_json)})")
    return answer, tab.evaluate("page.program.detect(page.picture)") if look.detects else {}


def _in_node(page: Path, looks: Sequence[_Look]) -> _Answers:
    node = shutil.which(NODE.candidates[0])
    if node is None:
        raise MissingToolError(
            f"{page}: running the page needs {CHROMIUM.name}, or {NODE.name} for its program; "
            f"{NODE.remedy}"
        )
    given = "".join(f"{json.dumps(_pixels(look))}\n" for look in looks).encode()
    try:
        finished = subprocess.run(
            [node, str(_SCRIPT), str(page)],
            input=given,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ProgramError(f"{page}: took more than {_TIMEOUT_S} s in {NODE.name}") from error
    if finished.returncode != 0:
        told = finished.stderr.decode("utf-8", "replace").strip()
        raise ProgramError(
            f"{page}: ended with {ended(finished.returncode)} in {NODE.name}: {told}"
        )
    lines = [json.loads(line) for line in finished.stdout.decode().splitlines()]
    if len(lines) != len(looks):
        raise ProgramError(f"{page}: gave {len(lines)} answers for {len(looks)} pictures")
    return [(line["answer"], line["detected"] or {}) for line in lines]


def _pixels(look: _Look) -> Mapping[str, object]:
    """Return a picture as canvases have it."""
    # On demand: a build of what is cached runs nothing.
    import numpy as np

    rgb = read_picture(look.picture)
    height, width, _ = rgb.shape
    rgba = np.concatenate([rgb, np.full((height, width, 1), 255, np.uint8)], axis=-1)
    return {
        "width": width,
        "height": height,
        "rgba": base64.b64encode(rgba.tobytes()).decode(),
        "box": look.box_json,
        "detects": look.detects,
    }
