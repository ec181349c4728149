"""The peak of this processor's integer products, measured by a small program in C."""

import ctypes
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from runtimes.c_compiler import compile_c
from zoo.plugs import Peak

__all__ = ["measured_peak"]

_SOURCE = Path(__file__).with_suffix(".c")
_ROUNDS = 100_000  # less than a millisecond, so that few other programs interfere
_REPEATS = 40


def measured_peak(command: Sequence[str]) -> Peak | None:
    """Return the most multiply-accumulates of bytes per nanosecond, by the form of C kernels.

    command: a C compiler and its options for objects of a shared library.
    None for processors without such a form.
    Raises ToolchainError if the compiler fails.
    """
    with TemporaryDirectory(prefix="zoo-peak-") as folder:
        library = Path(folder) / "peak.so"
        compile_c([*command, "-shared"], [_SOURCE], library)
        program = ctypes.CDLL(str(library))
    program.peak_macs.restype = ctypes.c_double
    program.peak_instruction.restype = ctypes.c_char_p
    instruction = program.peak_instruction().decode()
    if not instruction:
        return None
    return Peak(round(max(_macs_per_ns(program) for _ in range(_REPEATS)), 1), instruction)


def _macs_per_ns(program: ctypes.CDLL) -> float:
    begin_ns = time.perf_counter_ns()
    macs: float = program.peak_macs(ctypes.c_long(_ROUNDS))
    return macs / (time.perf_counter_ns() - begin_ns)
