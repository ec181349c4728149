"""AMD's closed compiler vai_c_xir, if available on the PATH or in AMD's docker image.

compile.sh is the exact command, run both here and by users.
"""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from compilers.xmodel.decode import decode
from compilers.xmodel.dpu import Dpu
from compilers.xmodel.partition import device_parts, fingerprints, splitting_ops
from compilers.xmodel.xir import XirGraph
from zoo.errors import ToolchainError
from zoo.quoting import comment
from zoo.tool import Tool, find_tool

__all__ = [
    "ARCH",
    "COMPILED",
    "IMAGE",
    "QUANTIZED",
    "SCRIPT",
    "TOOLS",
    "arch_json",
    "compile_by_vendor",
    "compile_script",
    "find_vendor_compiler",
    "summarize",
]

QUANTIZED = "model.quantized.xmodel"
COMPILED = "model.xmodel"
ARCH = "arch.json"
SCRIPT = "compile.sh"
IMAGE = "xilinx/vitis-ai-pytorch-cpu:latest"
"""AMD's image; the environment variable VITIS_AI_IMAGE overrides it."""

_TEMPLATE = """\
#!/bin/sh
# Compiles {quantized} for {dpu} (fingerprint {fingerprint})
# of Vitis AI {vitis_ai} into {compiled}, with vai_c_xir from the PATH or from AMD's image.
set -eu
cd "$(dirname "$0")"
IMAGE=${{VITIS_AI_IMAGE:-{image}}}
COMMAND="vai_c_xir -x {quantized} -a {arch} -o . -n {name}"

if command -v vai_c_xir >/dev/null; then
  exec $COMMAND
fi
command -v docker >/dev/null || {{
  echo "compile.sh: neither vai_c_xir nor docker found; run this inside AMD's Vitis AI image" >&2
  exit 3
}}
exec docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/workspace" --workdir /workspace \\
  "$IMAGE" bash -c ". /opt/vitis_ai/conda/etc/profile.d/conda.sh
conda activate vitis-ai-pytorch && $COMMAND"
"""

_PURPOSE = "compiling .xmodel files; without it a bundle holds compile.sh"
_PROGRAM = Tool("vai_c_xir", "program", ("vai_c_xir",), _PURPOSE, "it is part of AMD's image")
_IMAGE = Tool("Vitis AI image", "image", (IMAGE,), _PURPOSE, f"docker pull {IMAGE}")
TOOLS = (_PROGRAM, _IMAGE)
_TIMEOUT_S = 1800
_LOG_LINES = 20


def arch_json(dpu: Dpu) -> str:
    """Return the file that tells vai_c_xir which DPU to compile for."""
    return json.dumps({"fingerprint": f"{dpu.fingerprint:#x}"}) + "\n"


def compile_script(dpu: Dpu) -> str:
    """Return the script. It needs QUANTIZED and ARCH beside it and writes COMPILED there."""
    return _TEMPLATE.format(
        dpu=comment(dpu.name),
        fingerprint=f"{dpu.fingerprint:#x}",
        vitis_ai=comment(dpu.vitis_ai),
        image=IMAGE,
        quantized=QUANTIZED,
        compiled=COMPILED,
        name=COMPILED.removesuffix(".xmodel"),
        arch=ARCH,
    )


def find_vendor_compiler() -> str:
    """Return the path or image of vai_c_xir, '' if there is none. Nothing is downloaded."""
    image = os.environ.get("VITIS_AI_IMAGE", IMAGE)
    return find_tool(_PROGRAM) or find_tool(replace(_IMAGE, candidates=(image,)))


def compile_by_vendor(files: Mapping[str, bytes], dpu: Dpu) -> bytes:
    """Return the compiled file. files: the quantized file, arch.json and compile.sh.

    Raises ToolchainError if the compiler fails, or compiles for another DPU.
    """
    with TemporaryDirectory(prefix="zoo-vai-c-") as place:
        folder = Path(place)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        _run(folder)
        if not (folder / COMPILED).is_file():
            raise ToolchainError(
                f"vai_c_xir reported success, but wrote no {COMPILED}; run {SCRIPT} of the bundle "
                "by hand to see what it does"
            )
        content = (folder / COMPILED).read_bytes()
    _check(decode(content, f"vai_c_xir's {COMPILED}"), dpu)
    return content


def summarize(graph: XirGraph) -> str:
    """Return a note on a compiled file: the number of DPU parts, and the reason for several."""
    count = len(device_parts(graph, "DPU"))
    if count == 1:
        return "compiled by vai_c_xir into one DPU subgraph"
    ops = ", ".join(f"'{op.name}' ({op.type})" for op in splitting_ops(graph)) or "no CPU op"
    return f"compiled by vai_c_xir into {count} DPU subgraphs, split by {ops}; the app supports one"


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
            "vai_c_xir assigned nothing to the DPU; `zoo show MODEL --target kv260` says op by op "
            "what the DPU takes"
        )
    if found != (dpu.fingerprint,):
        listed = ", ".join(f"{number:#x}" for number in found) or "no fingerprint"
        raise ToolchainError(
            f"vai_c_xir compiled for {listed}, not for {dpu.fingerprint:#x}; use Vitis AI "
            f"{dpu.vitis_ai}, which knows this DPU"
        )
