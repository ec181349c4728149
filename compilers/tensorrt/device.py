"""Whether an NVIDIA GPU is in this machine."""

from zoo.nvidia_gpu import find_gpu

__all__ = ["gpu_is_here"]


def gpu_is_here(compute_capability: str) -> bool:
    """Whether this machine's first GPU has that compute capability."""
    gpu = find_gpu()
    return gpu is not None and gpu.compute_capability == compute_capability
