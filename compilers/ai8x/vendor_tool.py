"""Analog Devices' ai8xize.py, if AI8X_SYNTHESIS names a checkout of ai8x-synthesis.

It makes a C project for the board from the artifact's files, and computes the known answer itself,
which is compared with the reference's. Its files are not changed.
"""

import io
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from compilers.ai8x.files import ANSWER, ARCH, CHECKPOINT, FOLDER, INPUT_SAMPLE, NETWORK
from zoo.errors import ToolchainError

__all__ = ["NOT_CONVERTED", "Converted", "convert", "find_checkout", "readme", "summary"]

VARIABLE = "AI8X_SYNTHESIS"
NOT_CONVERTED = (
    f"not converted: {VARIABLE} names no checkout of ai8x-synthesis; {FOLDER}/README.md has the "
    "command"
)

_SCRIPT = "ai8xize.py"
_PROJECT = "project"
_PYTHONS = (".venv/bin/python", "venv/bin/python")
_TIMEOUT_S = 600
_LOG_LINES = 15
_WORD = re.compile(r"0x[0-9a-f]{8}")
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


def convert(
    files: Mapping[str, bytes], checkout: Path, figures: Mapping[str, int | None]
) -> Converted:
    """Run ai8xize.py on the artifact's files.

    figures: those of its summary, as `summary` names them, None if ours is not known.
    Raises ToolchainError if it fails, or if its known answer or summary differs from ours.
    """
    with TemporaryDirectory(prefix="zoo-ai8x-") as name:
        folder = Path(name)
        for file in (CHECKPOINT, NETWORK, INPUT_SAMPLE):
            (folder / Path(file).name).write_bytes(files[file])
        _run(_arguments(name, f"{name}/{_PROJECT}"), checkout)
        project = folder / _PROJECT / ARCH
        _compare((project / "sampleoutput.h").read_text("utf-8"), files[ANSWER])
        found = summary((project / "log.txt").read_text("utf-8", "replace"))
        made = {
            f"{FOLDER}/{_PROJECT}/{path.relative_to(project)}": path.read_bytes()
            for path in sorted(project.rglob("*"))
            if path.is_file()
        }
    for name, ours in figures.items():
        if ours is not None and found.get(name) not in (None, ours):
            raise ToolchainError(
                f"{_SCRIPT}: counts {found[name]:,} {name}, the zoo {ours:,}; report this with the "
                "network"
            )
    told = ", ".join(f"{value:,} {name}" for name, value in found.items())
    return Converted(made, f"{_SCRIPT} computes the known answer; {told}")


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


def _run(arguments: list[str], checkout: Path) -> None:
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
        end = "\n".join(output.splitlines()[-_LOG_LINES:])
        raise ToolchainError(f"{_SCRIPT}: failed in {checkout}\n{end}")


def _compare(header: str, answer: bytes) -> None:
    """Raise ToolchainError if the header's known answer is not ours.

    After the address, mask and count of its first block come the words.
    """
    wanted = [int(word) & 0xFFFFFFFF for word in np.load(io.BytesIO(answer)).reshape(-1)]
    words = [int(word, 16) for word in _WORD.findall(header)]
    if words[3 : 3 + len(wanted)] != wanted:
        raise ToolchainError(
            f"{_SCRIPT}: its known answer {words[3 : 3 + len(wanted)]} is not the reference's "
            f"{wanted}; report this with the network"
        )
