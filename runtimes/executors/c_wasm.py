"""Compiles generated C to WebAssembly with SIMD128 and runs it in Node."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runtimes.executors.c import CRun
from zoo.c_program import prefix_of
from zoo.errors import ToolchainError, VerifyError
from zoo.file_content import artifact_facts
from zoo.plugs import Executor
from zoo.program_end import ended
from zoo.tool import Tool, install_extra

__all__ = ["EXECUTOR", "WasmExecutor"]

_NODE, _PURPOSE, _REMEDY = "node", "running WebAssembly", "scripts/toolchains browser"
_SCRIPT = Path(__file__).parents[1] / "wasm_network.mjs"
_FLAGS = (
    *("-target", "wasm32-freestanding", "-std=c99", "-O3", "-msimd128", "-mbulk-memory"),
    *("-nostdlib", "-Wl,--no-entry,--strip-all,-z,stack-size=65536"),
)
_COMPILING_S, _RUNNING_S = 600, 600
_LOG_LINES = 15
_Arrays = Sequence[NDArray[Any]]


class WasmExecutor(Executor):
    """Zig, and Node."""

    name = "c-wasm"
    stand_in = "Node"
    tools = (
        Tool("Zig", "module", ("ziglang",), "compiling to WebAssembly", install_extra("cross")),
        Tool("Node", "program", (_NODE,), _PURPOSE, _REMEDY),
    )

    def load(self, folder: Path, main: str, threads: int = 1) -> CRun:  # noqa: ARG002
        """Return a function that runs the network described by `main`.

        Raises ToolchainError if a tool is missing, or the compiler fails.
        """
        facts = artifact_facts(folder / main)
        prefix = prefix_of(facts.get("part", ""))
        with TemporaryDirectory(prefix="zoo-wasm-") as build:
            module = Path(build) / "network.wasm"
            _compile(sorted(folder.glob(f"{prefix}*.c")), f"{prefix}_run", module)
            network = _Network(module.read_bytes(), f"{prefix}_run", _arena_bytes(facts))
        return CRun(partial(partial, network.run), facts, str(folder / main))


@dataclass(frozen=True)
class _Network:
    """A module. arena_bytes: of the memory that its function takes, 0 if it has its own."""

    module: bytes
    function: str
    arena_bytes: int

    def run(self, inputs: _Arrays, outputs: _Arrays) -> None:
        """Compute the outputs of all samples; raises ToolchainError, VerifyError."""
        call = {
            "run": self.function,
            "arena": self.arena_bytes,
            "inputs": [array[0].nbytes for array in inputs],
            "outputs": [array[0].nbytes for array in outputs],
        }
        given = b"".join(a[i].tobytes() for i in range(len(inputs[0])) for a in inputs)
        with TemporaryDirectory(prefix="zoo-wasm-") as folder:
            module = Path(folder) / "network.wasm"
            module.write_bytes(self.module)
            printed = _printed([_node(), str(_SCRIPT), str(module), json.dumps(call)], given)
        wanted = sum(array.nbytes for array in outputs)
        if len(printed) != wanted:
            raise VerifyError(
                f"{_NODE}: the network wrote {len(printed):,} bytes; expected {wanted:,}"
            )
        _read(printed, outputs)


def _arena_bytes(facts: Mapping[str, Any]) -> int:
    """Return the memory that the caller provides; a network alone has its own."""
    return max(int(facts["arena_bytes"]), 1) if "part" in facts else 0


def _read(content: bytes, outputs: _Arrays) -> None:
    """Write the samples, one after the other, into the arrays."""
    place = 0
    for index in range(len(outputs[0])):
        for array in outputs:
            sample = array[index]
            values = np.frombuffer(content, array.dtype, sample.size, place)
            array[index] = values.reshape(sample.shape)
            place += sample.nbytes


def _node() -> str:
    found = shutil.which(_NODE)
    if found is None:
        raise ToolchainError(f"{_PURPOSE} needs {_NODE} on the PATH; {_REMEDY}")
    return found


def _compile(sources: Sequence[Path], function: str, module: Path) -> None:
    package = find_spec("ziglang")
    if package is None or package.origin is None:
        raise ToolchainError(f"compiling to WebAssembly needs Zig; {install_extra('cross')}")
    zig = str(Path(package.origin).with_name("zig"))
    command = [zig, "cc", *_FLAGS, f"-Wl,--export={function}", "-o", str(module)]
    try:
        finished = subprocess.run(
            [*command, *map(str, sources)],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_COMPILING_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolchainError(f"{zig}: cannot compile {sources[0].parent} ({error})") from error
    if finished.returncode != 0:
        end = "\n".join(finished.stderr.splitlines()[-_LOG_LINES:])
        raise ToolchainError(f"{zig}: failed on {sources[0].parent}\n{end}")


def _printed(command: Sequence[str], given: bytes) -> bytes:
    try:
        finished = subprocess.run(
            command, input=given, capture_output=True, timeout=_RUNNING_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise VerifyError(f"{_NODE}: took more than {_RUNNING_S} s") from error
    if finished.returncode != 0:
        raise VerifyError(
            f"{_NODE}: the network ended with {ended(finished.returncode)}: "
            f"{finished.stderr.decode('utf-8', 'replace').strip()}"
        )
    return finished.stdout


EXECUTOR = WasmExecutor()
