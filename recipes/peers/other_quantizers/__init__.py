"""Other projects' quantizers, each run by a Python of its own environment.

A script in this folder imports the other project, and nothing of this one:

    PYTHON SCRIPT FLOAT.onnx INPUTS.npy OUT.onnx [CONFIGURATION]

INPUTS: [N, ...] float32, the network's only input. OUT: a file for ONNX Runtime.
"""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from zoo.errors import MissingToolError, ToolchainError

__all__ = ["SCRIPTS", "quantize_elsewhere"]

_HERE = Path(__file__).parent
_LINES = 5

SCRIPTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "nncf": ("quantize_by_nncf.py",),
        "quark-u8s8": ("quantize_by_quark.py", "U8S8_AAWS"),
        "quark-xint8": ("quantize_by_quark.py", "XINT8"),
    }
)
"""Script and configuration by name."""


def quantize_elsewhere(
    name: str, python: Path, float_hub: Path, inputs: NDArray[np.float32], out: Path
) -> float:
    """Write the network as that quantizer makes it, and return the CPU seconds this took.

    The seconds include the start of Python. Raises ToolchainError with the script's last messages.
    """
    given = out.with_suffix(".npy")
    np.save(given, inputs)
    before = _cpu_seconds()
    script, *configuration = SCRIPTS[name]
    words = [str(float_hub), str(given), str(out), *configuration]
    command = [str(python), str(_HERE / script), *words]
    try:
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise MissingToolError(f"{name}: {python} cannot be started ({error.strerror})") from error
    if finished.returncode != 0 or not out.is_file():
        end = "\n".join(finished.stderr.splitlines()[-_LINES:])
        raise ToolchainError(
            f"{name}: {python} failed; the packages that it needs are in {_HERE / script}\n{end}"
        )
    return _cpu_seconds() - before


def _cpu_seconds() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
