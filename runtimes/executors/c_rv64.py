"""Compiles generated C for a 64-bit RISC-V without an operating system, and emulates that.

The processor is an RV64GC as in Kendryte's K210; the machine, qemu's `virt`, has more memory.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runtimes.executors.c import CRun
from zoo.c_program import prefix_of
from zoo.errors import ToolchainError, VerifyError
from zoo.plugs import Executor
from zoo.tool import Tool

__all__ = ["EXECUTOR", "Rv64Executor"]

_MAIN = Path(__file__).with_suffix(".c")
_COMPILER, _EMULATOR = "riscv64-unknown-elf-gcc", "qemu-system-riscv64"
_PURPOSE, _REMEDY = "running C as on a K210", "scripts/toolchains k210"
_C_LIBRARY = "/usr/lib/picolibc/riscv64-unknown-elf/picolibc.specs"
_MEGABYTES = 128
_LINKER = (
    "--specs=picolibc.specs",
    "--oslib=semihost",
    "--crt0=semihost",
    # Constants in the lower half of the machine's memory, variables in the upper half.
    "-Wl,--defsym=__flash=0x80000000,--defsym=__flash_size=0x4000000",
    "-Wl,--defsym=__ram=0x84000000,--defsym=__ram_size=0x4000000",
)
_FLAGS = ("-std=c99", "-O2", "-march=rv64imafdc", "-mabi=lp64d", "-mcmodel=medany")
_MACHINE = (
    *(
        "-M",
        "virt",
        "-cpu",
        "sifive-u54",
        "-m",
        str(_MEGABYTES),
        "-bios",
        "none",
        "-display",
        "none",
    ),
    *("-monitor", "none", "-serial", "none", "-semihosting-config", "enable=on,target=native"),
)
_COMPILING_S, _RUNNING_S = 600, 1200
_LOG_LINES = 15


class Rv64Executor(Executor):
    """Debian's bare-metal compiler with picolibc, and qemu."""

    name = "c-rv64"
    tools = (
        Tool("RISC-V compiler", "program", (_COMPILER,), _PURPOSE, _REMEDY),
        Tool("RISC-V C library", "file", (_C_LIBRARY,), _PURPOSE, _REMEDY),
        Tool("RISC-V machine", "program", (_EMULATOR,), _PURPOSE, _REMEDY),
    )

    def load(self, folder: Path, main: str, threads: int = 1) -> CRun:  # noqa: ARG002
        """Return a function that runs the network described by `main`.

        Raises ToolchainError if a tool is missing, or the compiler fails.
        """
        facts = json.loads((folder / main).read_text("utf-8"))
        program = _compile(folder, facts)
        return CRun(partial(_run, program), facts, str(folder / main))


def _compile(folder: Path, facts: Mapping[str, Any]) -> bytes:
    """Return the program for the emulated machine."""
    prefix = prefix_of(facts.get("part", ""))
    with TemporaryDirectory(prefix="zoo-rv64-") as build:
        program = Path(build) / "network.elf"
        sources = (*sorted(folder.glob(f"{prefix}*.c")), _MAIN)
        command = [
            *(_COMPILER, *_FLAGS, *_LINKER, f"-I{folder}", *_defined(facts, prefix)),
            *(*map(str, sources), "-o", str(program)),
        ]
        finished = _started(command, Path(build), _COMPILING_S)
        if finished.returncode != 0:
            end = "\n".join(finished.stderr.splitlines()[-_LOG_LINES:])
            raise ToolchainError(f"{_COMPILER}: failed on {folder}\n{end}")
        return program.read_bytes()


def _defined(facts: Mapping[str, Any], prefix: str) -> tuple[str, ...]:
    """Return the macros of c_rv64.c."""
    arguments, sizes = [], {}
    for side in ("inputs", "outputs"):
        offset = 0
        for tensor in facts[side]:
            arguments.append(f"(void*)({side} + {offset})")
            offset += int(np.prod(tensor["shape"]))
        sizes[side] = offset
    return (
        f'-DNETWORK_HEADER="{prefix}.h"',
        f"-DNETWORK_CALL={prefix}_run({', '.join(arguments)})",
        f"-DINPUTS_BYTES={sizes['inputs']}",
        f"-DOUTPUTS_BYTES={sizes['outputs']}",
    )


def _run(program: bytes, inputs: Sequence[NDArray[Any]], outputs: Sequence[NDArray[Any]]) -> None:
    """Compute the outputs of all samples in one run of the machine."""
    with TemporaryDirectory(prefix="zoo-rv64-") as place:
        folder = Path(place)
        (folder / "network.elf").write_bytes(program)
        (folder / "inputs.bin").write_bytes(_joined(inputs).tobytes())
        command = [_EMULATOR, *_MACHINE, "-kernel", "network.elf"]
        finished = _started(command, folder, _RUNNING_S)
        if finished.returncode != 0:
            raise VerifyError(
                f"{_EMULATOR}: the network ended with status {finished.returncode}: "
                f"{finished.stderr.strip()}"
            )
        found = np.fromfile(folder / "outputs.bin", np.uint8)
    wanted = _joined(outputs)
    if found.size != wanted.size:
        raise VerifyError(
            f"{_EMULATOR}: the network wrote {found.size:,} bytes; expected {wanted.size:,}"
        )
    columns = np.cumsum([part.size // len(part) for part in outputs])[:-1]
    for part, values in zip(
        outputs, np.split(found.reshape(wanted.shape), columns, axis=1), strict=True
    ):
        part[...] = np.ascontiguousarray(values).view(part.dtype).reshape(part.shape)


def _joined(arrays: Sequence[NDArray[Any]]) -> NDArray[np.uint8]:
    """Return the bytes of several tensors, a row for each sample."""
    return np.concatenate([a.view(np.uint8).reshape(len(a), -1) for a in arrays], axis=1)


def _started(
    command: Sequence[str], folder: Path, timeout_s: int
) -> "subprocess.CompletedProcess[str]":
    """Return a finished program; raises ToolchainError if it is missing, VerifyError if slow."""
    if shutil.which(command[0]) is None:
        raise ToolchainError(f"{_PURPOSE} needs {command[0]} on the PATH; {_REMEDY}")
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
        raise VerifyError(f"{command[0]}: took more than {timeout_s} s") from error


EXECUTOR = Rv64Executor()
