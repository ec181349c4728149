"""Compiles generated C to WebAssembly with SIMD128 and runs it in Node."""

import json
import os
import select
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from runtimes.c_compiler import compile_c
from runtimes.executors.c import CRun
from zoo.c_program import prefix_of
from zoo.errors import MissingToolError, ProgramError, VerifyError
from zoo.file_content import artifact_facts
from zoo.plugs import Executor
from zoo.program_end import ended
from zoo.tool import Tool
from zoo.zig import ZIG, zig_program

__all__ = ["EXECUTOR", "WasmExecutor"]

_NODE, _PURPOSE, _REMEDY = "node", "running WebAssembly", "scripts/toolchains browser"
_SCRIPT = Path(__file__).parents[1] / "wasm_network.mjs"
_FLAGS = (
    *("-target", "wasm32-freestanding", "-std=c99", "-O3", "-msimd128", "-mbulk-memory"),
    *("-nostdlib", "-Wl,--no-entry,--strip-all,-z,stack-size=65536"),
)
_RUNNING_S = 600
_READY = b"ready\n"
"""What the script says once it has read the module."""
_Arrays = Sequence[NDArray[Any]]


class WasmExecutor(Executor):
    """Zig, and Node."""

    name = "c-wasm"
    is_single = True
    stand_in = "Node"
    tools = (
        ZIG,
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


class _Network:
    """A module in a process of Node, which begins with the first samples and ends with this object.

    arena_bytes: of the memory that its function takes, 0 if it has its own.
    """

    def __init__(self, module: bytes, function: str, arena_bytes: int) -> None:
        self._module, self._function, self._arena_bytes = module, function, arena_bytes
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, inputs: _Arrays, outputs: _Arrays) -> None:
        """Compute the outputs of all samples; raises ToolchainError, VerifyError."""
        if self._process is None:
            self._process = self._started(inputs, outputs)
            finalize(self, _end, self._process)
        for index in range(len(inputs[0])):
            given = b"".join(array[index].tobytes() for array in inputs)
            wanted = sum(array[index].nbytes for array in outputs)
            try:
                found = _exchanged(self._process, given, wanted)
            except VerifyError:
                self._process = None
                raise
            _read(found, [array[index] for array in outputs])

    def _started(self, inputs: _Arrays, outputs: _Arrays) -> "subprocess.Popen[bytes]":
        call = {
            "run": self._function,
            "arena": self._arena_bytes,
            "inputs": [array[0].nbytes for array in inputs],
            "outputs": [array[0].nbytes for array in outputs],
        }
        node = shutil.which(_NODE)
        if node is None:
            raise MissingToolError(f"{_PURPOSE} needs {_NODE} on the PATH; {_REMEDY}")
        with TemporaryDirectory(prefix="zoo-wasm-") as folder:
            module = Path(folder) / "network.wasm"
            module.write_bytes(self._module)
            command = [node, str(_SCRIPT), str(module), json.dumps(call)]
            pipe = subprocess.PIPE
            process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
            _exchanged(process, b"", len(_READY))
        return process


def _arena_bytes(facts: Mapping[str, Any]) -> int:
    """Return the memory that the caller provides; a network alone has its own."""
    return max(int(facts["arena_bytes"]), 1) if "part" in facts else 0


def _read(content: bytes, sample: _Arrays) -> None:
    """Write a sample's outputs, one after the other, into its arrays."""
    place = 0
    for array in sample:
        array[...] = np.frombuffer(content, array.dtype, array.size, place).reshape(array.shape)
        place += array.nbytes


def _exchanged(process: "subprocess.Popen[bytes]", given: bytes, wanted: int) -> bytes:
    """Give bytes to the process and return as many as wanted; raises VerifyError."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(given)
        process.stdin.flush()
    except BrokenPipeError as error:
        raise _failure(process) from error
    found = b""
    while len(found) < wanted:
        if not select.select([process.stdout], [], [], _RUNNING_S)[0]:
            process.kill()
            raise ProgramError(f"{_NODE}: took more than {_RUNNING_S} s")
        content = os.read(process.stdout.fileno(), wanted - len(found))
        if not content:
            raise _failure(process)
        found += content
    return found


def _failure(process: "subprocess.Popen[bytes]") -> VerifyError:
    """Return why a process has ended."""
    _, told = process.communicate()
    return VerifyError(
        f"{_NODE}: the network ended with {ended(process.returncode)}: "
        f"{told.decode('utf-8', 'replace').strip()}"
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process, which ends with its input."""
    process.communicate()


def _compile(sources: Sequence[Path], function: str, module: Path) -> None:
    zig = zig_program()
    if not zig:
        raise MissingToolError(f"compiling to WebAssembly needs Zig; {ZIG.remedy}")
    compile_c([zig, "cc", *_FLAGS, f"-Wl,--export={function}"], sources, module)


EXECUTOR = WasmExecutor()
