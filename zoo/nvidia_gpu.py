"""The NVIDIA GPU of this machine, as reported by nvidia-smi."""

import shutil
import subprocess
from dataclasses import dataclass

__all__ = ["NvidiaGpu", "find_gpu"]

_FACTS = ("compute_cap", "driver_version", "name")
_TIMEOUT_S = 20


@dataclass(frozen=True)
class NvidiaGpu:
    """A GPU. compute_capability: such as '8.9'."""

    compute_capability: str
    driver: str
    name: str


def find_gpu() -> NvidiaGpu | None:
    """Return the first GPU, None without a GPU or a working driver."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    command = [program, f"--query-gpu={','.join(_FACTS)}", "--format=csv,noheader", "--id=0"]
    try:
        found = subprocess.run(
            command, capture_output=True, encoding="utf-8", timeout=_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    facts = [fact.strip() for fact in found.stdout.split(",", len(_FACTS) - 1)]
    return NvidiaGpu(*facts) if found.returncode == 0 and len(facts) == len(_FACTS) else None
