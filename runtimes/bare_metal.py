"""Compiles generated C for a processor without an operating system, and emulates that."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runtimes.executors.c import CRun
from zoo.c_program import prefix_of
from zoo.errors import MissingToolError, ProgramError, ToolchainError
from zoo.file_content import artifact_facts
from zoo.program_end import ended

__all__ = ["PROGRAM", "BareMachine"]

PROGRAM = "network.elf"
"""The program's file, in the emulator's working directory."""

_MAIN = Path(__file__).with_suffix(".c")
_COMPILING_S, _RUNNING_S = 600, 1200
_LOG_LINES = 15
_ALIGNMENT = 4  # of tensors, in bytes


@dataclass(frozen=True)
class BareMachine:
    """A machine that qemu emulates, with semihosting, and its compiler.

    compiler: the program and its options, a C library's included.
    emulator: the program and its options, which name PROGRAM.
    purpose, remedy: for messages about missing tools.
    """

    compiler: tuple[str, ...]
    emulator: tuple[str, ...]
    purpose: str
    remedy: str

    def load(self, folder: Path, main: str) -> CRun:
        """Return a function that runs the network described by `main`.

        Raises ToolchainError if a tool is missing, or the compiler fails.
        """
        facts = artifact_facts(folder / main)
        program = self._compile(folder, facts)
        return CRun(partial(partial, self._run, program), facts, str(folder / main))

    def _compile(self, folder: Path, facts: Mapping[str, Any]) -> bytes:
        """Return the program for the emulated machine."""
        prefix = prefix_of(facts.get("part", ""))
        with TemporaryDirectory(prefix="zoo-bare-") as build:
            program = Path(build) / PROGRAM
            sources = (*sorted(folder.glob(f"{prefix}*.c")), _MAIN)
            command = [
                *(*self.compiler, f"-I{folder}", *_defined(facts, prefix)),
                *(*map(str, sources), "-o", str(program)),
            ]
            finished = self._started(command, Path(build), _COMPILING_S)
            if finished.returncode != 0:
                end = "\n".join(finished.stderr.splitlines()[-_LOG_LINES:])
                raise ToolchainError(f"{self.compiler[0]}: failed on {folder}\n{end}")
            return program.read_bytes()

    def _run(
        self, program: bytes, inputs: Sequence[NDArray[Any]], outputs: Sequence[NDArray[Any]]
    ) -> None:
        """Compute the outputs of all samples in one run of the machine."""
        emulator = self.emulator[0]
        with TemporaryDirectory(prefix="zoo-bare-") as place:
            folder = Path(place)
            (folder / PROGRAM).write_bytes(program)
            (folder / "inputs.bin").write_bytes(_joined(inputs).tobytes())
            finished = self._started(self.emulator, folder, _RUNNING_S)
            if finished.returncode != 0:
                raise ProgramError(
                    f"{emulator}: the network ended with {ended(finished.returncode)}: "
                    f"{finished.stderr.strip()}"
                )
            found = np.fromfile(folder / "outputs.bin", np.uint8)
        wanted = _joined(outputs)
        if found.size != wanted.size:
            raise ProgramError(
                f"{emulator}: the network wrote {found.size:,} bytes; expected {wanted.size:,}"
            )
        _read(found.reshape(wanted.shape), outputs)

    def _started(
        self, command: Sequence[str], folder: Path, timeout_s: int
    ) -> "subprocess.CompletedProcess[str]":
        """Return a finished program; raises ToolchainError if missing, VerifyError if slow."""
        if shutil.which(command[0]) is None:
            raise MissingToolError(f"{self.purpose} needs {command[0]} on the PATH; {self.remedy}")
        try:
            return subprocess.run(
                command,
                cwd=folder,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ProgramError(f"{command[0]}: took more than {timeout_s} s") from error


def _defined(facts: Mapping[str, Any], prefix: str) -> tuple[str, ...]:
    """Return the macros of bare_metal.c."""
    arguments, sizes = [], {}
    for side in ("inputs", "outputs"):
        offset = 0
        for tensor in facts[side]:
            arguments.append(f"(void*)({side} + {offset // _ALIGNMENT})")
            element_bytes = np.dtype(tensor["ctype"].removesuffix("_t")).itemsize
            offset += _aligned(int(np.prod(tensor["shape"])) * element_bytes)
        sizes[side] = offset
    return (
        f'-DNETWORK_HEADER="{prefix}.h"',
        f"-DNETWORK_CALL={prefix}_run({', '.join(arguments)})",
        f"-DINPUTS_BYTES={sizes['inputs']}",
        f"-DOUTPUTS_BYTES={sizes['outputs']}",
    )


def _aligned(size_bytes: int) -> int:
    return -(-size_bytes // _ALIGNMENT) * _ALIGNMENT


def _joined(arrays: Sequence[NDArray[Any]]) -> NDArray[np.uint8]:
    """Return the bytes of several tensors, each padded, a row for each sample."""
    rows = [array.view(np.uint8).reshape(len(array), -1) for array in arrays]
    padding = [_aligned(row.shape[1]) - row.shape[1] for row in rows]
    padded = [np.pad(row, ((0, 0), (0, more))) for row, more in zip(rows, padding, strict=True)]
    return np.concatenate(padded, axis=1)


def _read(rows: NDArray[np.uint8], outputs: Sequence[NDArray[Any]]) -> None:
    """Write what `_joined` returns into the arrays."""
    for part, first in zip(outputs, _firsts(outputs), strict=True):
        values = np.ascontiguousarray(rows[:, first : first + part[0].nbytes])
        part[...] = values.view(part.dtype).reshape(part.shape)


def _firsts(outputs: Sequence[NDArray[Any]]) -> Iterator[int]:
    first = 0
    for part in outputs:
        yield first
        first += _aligned(part[0].nbytes)
