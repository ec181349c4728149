"""Labels of original data sets: any text is read or refused with its place."""

import re
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recipes.datasets._300w import parse_pts
from recipes.datasets.wflw import parse_line
from zoo.errors import DataError

PTS = "version: 1\nn_points: 68\n{\n" + "\n".join(f"{x}.5 {x}" for x in range(68)) + "\n}\n"
LIST = " ".join([*map(str, range(2 * 98)), *"0123456789", "0--Parade/a.png"])
ODD = (
    "nan",
    "-inf",
    "1e999",
    "x",
    "{",
    "}",
    "",
    "0x10",
    "1_0",
    "\u0663",
    "\x00",
    "n_points:",
    "..",
)


@st.composite
def mutated(draw: st.DrawFn, valid: str) -> str:
    """Return a valid text in which words were left out, repeated or replaced, or its end cut."""
    words = re.split(r"(\s+)", valid)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(words) - 1))
        words[at : at + 1] = draw(
            st.sampled_from([[], [words[at]] * 2, [words[at], " ", words[at]], [""]])
            | st.sampled_from(ODD).map(lambda word: [word])
        )
        words = words or [""]
    content = "".join(words).encode()
    content = content[: draw(st.just(len(content)) | st.integers(0, len(content)))]
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(content)))
        content = content[:at] + draw(st.binary(max_size=2)) + content[at + 1 :]
    return content.decode("utf-8", "replace")


@given(mutated(PTS) | st.text())
def test_any_pts_text_is_read_or_refused(text: str) -> None:
    try:
        points = parse_pts(text.splitlines(), "a.pts")
    except DataError as error:
        assert str(error).startswith("a.pts:")  # noqa: PT017 (what it says is the test)
    else:
        assert points.shape == (68, 2)
        assert np.isfinite(points).all()


@given(mutated(LIST) | st.text())
def test_any_list_line_is_read_or_refused(text: str) -> None:
    try:
        face = parse_line(text, "list:1", Path("photos"), "test")
    except DataError as error:
        assert str(error).startswith("list:1: ")  # noqa: PT017 (what it says is the test)
    else:
        assert face.landmarks.shape == (98, 2)
        assert np.isfinite(face.landmarks).all()
        assert face.path.is_relative_to("photos")
