"""Analog Devices' ai8xize.py, if AI8X_SYNTHESIS names a checkout of ai8x-synthesis.

It makes a C project for the board from the artifact's files, and computes the known answer itself,
which is compared with the reference's. Of its files only the name of our folder is changed.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from compilers.ai8x.files import ANSWER, ARCH, CHECKPOINT, FOLDER, INPUT_SAMPLE, NETWORK
from compilers.ai8x.known_answer import Words, read_words
from zoo.errors import ToolchainError

__all__ = [
    "NOT_CONVERTED",
    "Converted",
    "Expected",
    "convert",
    "find_checkout",
    "readme",
    "summary",
]

VARIABLE = "AI8X_SYNTHESIS"
NOT_CONVERTED = (
    f"not converted: {VARIABLE} names no checkout of ai8x-synthesis; model/{FOLDER}/README.md in "
    "the bundle has the command"
)

_SCRIPT = "ai8xize.py"
_PROJECT = "project"
_ANSWER, _LOG = "sampleoutput.h", "log.txt"
_PYTHONS = (".venv/bin/python", "venv/bin/python")
_TIMEOUT_S = 600
_LOG_LINES = 15
_FIGURES = {
    "operations": re.compile(r"Hardware: ([\d,]+) ops"),
    "bytes of weights": re.compile(r"Weight memory:\s+([\d,]+) bytes"),
    "bytes of bias": re.compile(r"Bias memory:\s+([\d,]+) bytes"),
    "cycles": re.compile(r"Total\s+([\d,]+) cycles"),
}

_README = """\
# For the MAX78000's accelerator

`{checkpoint}` holds weights and shifts, `{network}` the layers with their processors and memory,
`{sample}` an input and `{answer}` the output that the reference computes of it.

Convert them in a checkout of https://github.com/analogdevicesinc/ai8x-synthesis, with FOLDER the
path of this folder:

    python {command}

The known answer in the project's `sampleoutput.h` must be the one of `{answer}`. `zoo build`
does this itself if {variable} names the checkout. Its result, `{project}`, is a C project
for the vendor's SDK.
"""


@dataclass(frozen=True)
class Expected:
    """words: of the known answer, by address.

    figures: those of the tool's summary, as `summary` names them, None if ours is not known.
    """

    words: Words
    figures: Mapping[str, int | None]


@dataclass(frozen=True)
class Converted:
    """files: of the C project, by name.  note: what the tool printed."""

    files: Mapping[str, bytes]
    note: str


def find_checkout() -> Path | None:
    """Return the checkout; raises ToolchainError if there is no ai8xize.py in it."""
    named = os.environ.get(VARIABLE, "")
    if not named:
        return None
    checkout = Path(named)
    if not (checkout / _SCRIPT).is_file():
        raise ToolchainError(
            f"{VARIABLE} is '{named}', which has no {_SCRIPT}; name a checkout of "
            "https://github.com/analogdevicesinc/ai8x-synthesis, or unset it"
        )
    return checkout


def readme() -> bytes:
    """Return the README of the folder that ai8xize.py reads."""
    names = {
        "checkpoint": CHECKPOINT,
        "network": NETWORK,
        "sample": INPUT_SAMPLE,
        "answer": ANSWER,
    }
    text = _README.format(
        **{key: name.removeprefix(f"{FOLDER}/") for key, name in names.items()},
        command=" ".join(_arguments("FOLDER", f"FOLDER/{_PROJECT}")),
        variable=VARIABLE,
        project=_PROJECT,
    )
    return text.encode()


def convert(files: Mapping[str, bytes], checkout: Path, expected: Expected) -> Converted:
    """Run ai8xize.py on the artifact's files.

    Raises ToolchainError if it fails, if it writes other files than expected, or if its known
    answer or summary differs from ours.
    """
    with TemporaryDirectory(prefix="zoo-ai8x-") as name:
        folder = Path(name)
        for file in (CHECKPOINT, NETWORK, INPUT_SAMPLE):
            (folder / Path(file).name).write_bytes(files[file])
        log = _run(_arguments(name, f"{name}/{_PROJECT}"), checkout)
        project = folder / _PROJECT / ARCH
        # Its files name their folder, which is another one each time.
        made = {
            path.relative_to(project).as_posix(): path.read_bytes().replace(
                name.encode(), b"FOLDER"
            )
            for path in sorted(project.rglob("*"))
            if path.is_file()
        }
    for needed in (_ANSWER, _LOG):
        if needed not in made:
            raise ToolchainError(
                f"{_SCRIPT}: wrote no {needed} in {checkout}; use a release of ai8x-synthesis that "
                f"the zoo knows (docs/max78000.md)\n{_end(log)}"
            )
    _compare_answer(read_words(made[_ANSWER].decode("utf-8", "replace"), _ANSWER), expected.words)
    found = summary(made[_LOG].decode("utf-8", "replace"))
    _compare_summary(found, expected.figures)
    told = ", ".join(f"{value:,} {name}" for name, value in found.items())
    return Converted(
        {f"{FOLDER}/{_PROJECT}/{name}": content for name, content in made.items()},
        f"{_SCRIPT} computes the known answer; {told}",
    )


def summary(log: str) -> dict[str, int]:
    """Return the figures that the tool's log.txt ends with, by name."""
    matches = {name: pattern.search(log) for name, pattern in _FIGURES.items()}
    return {name: int(m[1].replace(",", "")) for name, m in matches.items() if m}


def _arguments(folder: str, project: str) -> list[str]:
    names = {
        "--checkpoint-file": CHECKPOINT,
        "--config-file": NETWORK,
        "--sample-input": INPUT_SAMPLE,
    }
    files = [word for key, name in names.items() for word in (key, f"{folder}/{Path(name).name}")]
    settings = ["--device", "MAX78000", "--prefix", ARCH, "--test-dir", project]
    return [_SCRIPT, *settings, *files, "--compact-data", "--verbose", "--no-version-check"]


def _run(arguments: list[str], checkout: Path) -> str:
    """Return what the tool prints."""
    python = next((str(checkout / p) for p in _PYTHONS if (checkout / p).exists()), sys.executable)
    try:
        finished = subprocess.run(
            [python, *arguments],
            cwd=checkout,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolchainError(f"{_SCRIPT}: cannot run in {checkout} ({error})") from error
    output = finished.stdout + finished.stderr
    if finished.returncode != 0:
        raise ToolchainError(
            f"{_SCRIPT}: failed with status {finished.returncode} in {checkout}; what it printed "
            f"last says why\n{_end(output)}"
        )
    return output


def _end(output: str) -> str:
    return "\n".join(output.splitlines()[-_LOG_LINES:])


def _compare_answer(found: Words, wanted: Words) -> None:
    """Raise ToolchainError if the tool's known answer is not ours."""
    different = sorted(
        address for address in {*found, *wanted} if found.get(address) != wanted.get(address)
    )
    if different:
        first = different[0]
        raise ToolchainError(
            f"{_SCRIPT}: {len(different)} of {len(wanted)} words of its known answer are not the "
            f"reference's; at {first:#x} it has {_hex(found.get(first))}, the reference "
            f"{_hex(wanted.get(first))}; report this with the network"
        )


def _hex(word: int | None) -> str:
    return "nothing" if word is None else f"{word:#010x}"


def _compare_summary(found: Mapping[str, int], figures: Mapping[str, int | None]) -> None:
    """Raise ToolchainError for a figure that the tool counts otherwise, or does not tell."""
    for name, ours in figures.items():
        if ours is None or found.get(name) == ours:
            continue
        if name not in found:
            raise ToolchainError(
                f"{_SCRIPT}: its {_LOG} has no number of {name}; use a release of ai8x-synthesis "
                "that the zoo knows (docs/max78000.md)"
            )
        raise ToolchainError(
            f"{_SCRIPT}: counts {found[name]:,} {name}, the zoo {ours:,}; report this with the "
            "network"
        )
