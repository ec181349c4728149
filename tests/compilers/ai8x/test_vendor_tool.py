"""Conversion by ai8xize.py. A script stands in for it here, so nothing of the tool's is tested."""

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from layer_chain import layer_chain
from quantization import quantized

from compilers.ai8x.compiler import COMPILER
from compilers.ai8x.files import ANSWER, NETWORK
from compilers.ai8x.network_yaml import read_network
from compilers.ai8x.vendor_tool import find_checkout, summary
from compilers.schemes import AI8X
from zoo.artifact import Artifact
from zoo.build.targets import find_target
from zoo.errors import ToolchainError
from zoo.graph import Graph

TARGET = find_target("max78000")
FIGURES = ("operations", "bytes of weights", "bytes of bias", "cycles")
LOG = """
SUMMARY OF OPS
Hardware: {0} ops (24,500 macc; 1,500 comp; 0 add; 0 mul; 0 bitwise)

RESOURCE USAGE
Weight memory: {1} bytes out of 442,368 bytes total (0.1%)
Bias memory:   {2} bytes out of 2,048 bytes total (0.1%)
Total    {3} cycles
"""
# Writes what its checkout's folder `answers` holds, and its arguments beside them.
STAND_IN = dedent(
    """
    import pathlib, shutil, sys

    arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
    pathlib.Path("arguments").write_text(" ".join(sys.argv[1:]))
    project = pathlib.Path(arguments["--test-dir"]) / arguments["--prefix"]
    for name in ("--checkpoint-file", "--config-file", "--sample-input"):
        pathlib.Path(arguments[name]).read_bytes()
    shutil.copytree("answers", project)
    """
)


@dataclass(frozen=True)
class Checkout:
    """A folder with the stand-in. `answers`: what the script writes."""

    folder: Path

    def says(self, name: str, text: str) -> None:
        (self.folder / "answers" / name).write_text(text)

    def script(self, text: str) -> None:
        (self.folder / "ai8xize.py").write_text(text)


@cache
def network() -> Graph:
    return quantized(layer_chain((4, 8), (3, 12)), AI8X, calibrator="mse", correct_bias=False)


@cache
def alone() -> Artifact:
    """Return the artifact without the tool."""
    return COMPILER.lower(network(), TARGET, "ai8x")


def figures() -> list[int]:
    """Return the zoo's own counts, in the order of LOG."""
    total = COMPILER.costs(network(), TARGET, AI8X).rows[-1]
    keys = ("ops", "weight_bytes", "bias_bytes", "ai8xize_cycles")
    return [int(str(total[key])) for key in keys]


def first_address() -> int:
    """Return that of the sums in the first memory."""
    _, layers = read_network(alone().files[NETWORK], NETWORK)
    return 0x50400000 + int(layers[-1]["out_offset"], 16)


def header() -> str:
    """Return the sampleoutput.h of the reference's two sums."""
    sums = np.load(io.BytesIO(alone().files[ANSWER])).tolist()
    words = [first_address(), 0xFFFFFFFF, len(sums), *(value & 0xFFFFFFFF for value in sums), 0]
    listed = ", ".join(f"0x{word:08x}" for word in words)
    return f"#define SAMPLE_OUTPUT {{ \\\n  {listed} \\\n}}\n"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """Return a checkout whose stand-in computes what the reference does."""
    alone()
    (tmp_path / "answers").mkdir()
    monkeypatch.setenv("AI8X_SYNTHESIS", str(tmp_path))
    made = Checkout(tmp_path)
    made.script(STAND_IN)
    made.says("sampleoutput.h", header())
    made.says("log.txt", LOG.format(*(f"{value:,}" for value in figures())))
    made.says("cnn.c", "int cnn_init(void);\n")
    return made


def lower() -> Artifact:
    return COMPILER.lower(network(), TARGET, "ai8x")


def refusal() -> str:
    with pytest.raises(ToolchainError) as error:
        lower()
    return str(error.value)


@pytest.mark.usefixtures("checkout")
def test_its_project_is_part_of_the_artifact() -> None:
    made = lower()
    assert made.files["ai8x/project/cnn.c"] == b"int cnn_init(void);\n"
    told = ", ".join(f"{value:,} {name}" for name, value in zip(FIGURES, figures(), strict=True))
    assert made.notes == (f"ai8xize.py computes the known answer; {told}",)
    assert alone().files.items() <= made.files.items()


def test_a_folder_of_each_run_is_in_no_file(checkout: Checkout) -> None:
    note = "(project / 'main.c').write_text('made by ' + ' '.join(sys.argv))\n"
    checkout.script(STAND_IN + note)
    first, second = (lower().files["ai8x/project/main.c"] for _ in range(2))
    assert first == second
    assert b"--config-file FOLDER/network.yaml" in first


def test_it_is_called_as_the_readme_says(checkout: Checkout) -> None:
    lower()
    called = (checkout.folder / "arguments").read_text().split()
    folder = called[called.index("--config-file") + 1].removesuffix("/network.yaml")
    command = "python ai8xize.py " + " ".join(called).replace(folder, "FOLDER")
    assert command in alone().files["ai8x/README.md"].decode()


def test_without_a_checkout_the_note_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AI8X_SYNTHESIS", raising=False)
    (note,) = lower().notes
    assert note.startswith("not converted: AI8X_SYNTHESIS names no checkout of ai8x-synthesis")
    assert note.endswith("; model/ai8x/README.md in the bundle has the command")


def test_a_folder_without_the_tool(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AI8X_SYNTHESIS", str(tmp_path / "none"))
    with pytest.raises(ToolchainError, match=r"none', which has no ai8xize\.py; name a checkout"):
        find_checkout()


def test_the_tool_fails(checkout: Checkout) -> None:
    checkout.script("import sys\nprint('ERROR: Layer 1: no memory')\nsys.exit(3)\n")
    assert "ai8xize.py: failed with status 3 in " in refusal()
    assert refusal().endswith("what it printed last says why\nERROR: Layer 1: no memory")


def test_its_python_cannot_run(checkout: Checkout) -> None:
    python = checkout.folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/no/such/interpreter\n")
    python.chmod(0o755)
    assert "ai8xize.py: cannot run in " in refusal()


def test_its_own_python_runs_it(checkout: Checkout) -> None:
    python = checkout.folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho from the checkout >&2\nexit 9\n")
    python.chmod(0o755)
    assert "status 9" in refusal()
    assert "from the checkout" in refusal()


@pytest.mark.parametrize("name", ["sampleoutput.h", "log.txt"])
def test_a_file_is_missing(checkout: Checkout, name: str) -> None:
    (checkout.folder / "answers" / name).unlink()
    assert f"ai8xize.py: wrote no {name} in " in refusal()


def test_the_known_answer_cannot_be_read(checkout: Checkout) -> None:
    checkout.says("sampleoutput.h", "#define SAMPLE_OUTPUT { 12, 13 }\n")
    assert "sampleoutput.h: is not a list of addresses, masks and words" in refusal()


def test_the_known_answer_differs(checkout: Checkout) -> None:
    words = header().split(", ")
    words[3] = "0x12345678"
    checkout.says("sampleoutput.h", ", ".join(words))
    message = refusal()
    assert "1 of 2 words of its known answer are not the reference's" in message
    assert f"at {first_address():#x} it has 0x12345678, the reference 0x" in message
    assert message.endswith("report this with the network")


def test_the_known_answer_has_fewer_words(checkout: Checkout) -> None:
    words = header().split(", ")
    words[2] = "0x00000001"
    del words[4]
    checkout.says("sampleoutput.h", ", ".join(words))
    assert f"at {first_address() + 4:#x} it has nothing, the reference 0x" in refusal()


@pytest.mark.parametrize("index", range(len(FIGURES)))
def test_the_summary_differs(checkout: Checkout, index: int) -> None:
    counts = figures()
    counts[index] += 1
    checkout.says("log.txt", LOG.format(*(f"{value:,}" for value in counts)))
    told = f"counts {counts[index]:,} {FIGURES[index]}, the zoo {counts[index] - 1:,}; report this"
    assert told in refusal()


@pytest.mark.parametrize("log", ["", "no summary\n", LOG.format("many", "few", "no", "some")])
def test_the_summary_cannot_be_read(checkout: Checkout, log: str) -> None:
    checkout.says("log.txt", log)
    assert summary(log) == {}
    assert "its log.txt has no number of operations; use a release" in refusal()
