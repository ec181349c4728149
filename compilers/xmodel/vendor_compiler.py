"""AMD's closed compiler vai_c_xir, where it is there: on the PATH, or in AMD's docker image."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from compilers.xmodel.compile_script import COMPILED, IMAGE, SCRIPT
from compilers.xmodel.decode import decode
from compilers.xmodel.dpu import Dpu
from compilers.xmodel.partition import device_parts, fingerprints, splitting_ops
from compilers.xmodel.xir import XirGraph
from zoo.errors import ToolchainError
from zoo.tool import Tool, find_tool

__all__ = ["TOOLS", "compile_by_vendor", "find_vendor_compiler", "summarize"]

_PURPOSE = "compiling .xmodel files; without it a bundle holds compile.sh"
_PROGRAM = Tool("vai_c_xir", "program", ("vai_c_xir",), _PURPOSE, "it is part of AMD's image")
_IMAGE = Tool("Vitis AI image", "image", (IMAGE,), _PURPOSE, f"docker pull {IMAGE}")
TOOLS = (_PROGRAM, _IMAGE)
_TIMEOUT_S = 1800
_LOG_LINES = 20


def find_vendor_compiler() -> str:
    """Return where vai_c_xir is, a path or an image, '' if nowhere. Nothing is downloaded."""
    image = os.environ.get("VITIS_AI_IMAGE", IMAGE)
    return find_tool(_PROGRAM) or find_tool(replace(_IMAGE, candidates=(image,)))


def compile_by_vendor(files: Mapping[str, bytes], dpu: Dpu) -> bytes:
    """Return the compiled file. files: the quantized file, arch.json and compile.sh.

    Raises ToolchainError where the compiler fails, or compiles for another DPU.
    """
    with TemporaryDirectory(prefix="zoo-vai-c-") as place:
        folder = Path(place)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        _run(folder)
        if not (folder / COMPILED).is_file():
            raise ToolchainError(
                f"vai_c_xir said nothing, but wrote no {COMPILED}; run {SCRIPT} of the bundle by "
                "hand to see what it does"
            )
        content = (folder / COMPILED).read_bytes()
    _check(decode(content, f"vai_c_xir's {COMPILED}"), dpu)
    return content


def summarize(graph: XirGraph) -> str:
    """Return what to know of a compiled file: how many parts the DPU has, and why several."""
    count = len(device_parts(graph, "DPU"))
    if count == 1:
        return "compiled by vai_c_xir into one DPU subgraph"
    ops = ", ".join(f"'{op.name}' ({op.type})" for op in splitting_ops(graph)) or "no op of the CPU"
    return (
        f"compiled by vai_c_xir into {count} DPU subgraphs, split by {ops}; the app runs networks "
        "of one"
    )


def _run(folder: Path) -> None:
    command = ["sh", str(folder / SCRIPT)]
    try:
        finished = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ToolchainError(
            f"vai_c_xir ran for more than {_TIMEOUT_S} s; run {SCRIPT} of the bundle by hand"
        ) from error
    if finished.returncode != 0:
        log = "\n".join((finished.stdout + finished.stderr).splitlines()[-_LOG_LINES:])
        raise ToolchainError(f"vai_c_xir failed with {finished.returncode}; its last lines:\n{log}")


def _check(graph: XirGraph, dpu: Dpu) -> None:
    found = fingerprints(graph)
    if not device_parts(graph, "DPU"):
        raise ToolchainError(
            "vai_c_xir gave the DPU nothing to do; `zoo show MODEL --target kv260` says op by op "
            "what the DPU takes"
        )
    if found != (dpu.fingerprint,):
        listed = ", ".join(f"{number:#x}" for number in found) or "no fingerprint"
        raise ToolchainError(
            f"vai_c_xir compiled for {listed}, asked for was {dpu.fingerprint:#x}; take Vitis AI "
            f"{dpu.vitis_ai}, which knows this DPU"
        )
