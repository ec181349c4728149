"""Whether an NVIDIA GPU is in this machine, as its driver tells."""

import shutil
import subprocess

__all__ = ["gpu_is_here"]

_TIMEOUT_S = 20


def gpu_is_here(compute_capability: str) -> bool:
    """Whether the first GPU has that compute capability; its driver's nvidia-smi is asked."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return False
    command = [program, "--query-gpu=compute_cap", "--format=csv,noheader", "--id=0"]
    try:
        found = subprocess.run(
            command, capture_output=True, encoding="utf-8", timeout=_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return found.stdout.strip() == compute_capability
