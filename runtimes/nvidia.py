"""Shared by NVIDIA's boards: TensorRT's schemes, and GeForce RTX by generation."""

from collections.abc import Mapping
from types import MappingProxyType

from zoo.roofline import Roofline
from zoo.target import Target

__all__ = ["INTEGER_SCHEMES", "OTHER_INTEGERS", "geforce_rtx", "gpu_rooflines"]

INTEGER_SCHEMES = {
    "none": "float32",
    "fp16": "float16",
    "ptq": "w8a8-sym",
    "qat": "w8a8-sym",
    "qdq": "qdq",
}

OTHER_INTEGERS = {
    "w8a8-asym": "TensorRT's zero points are 0; use w8a8-sym",
    "w4a8-asym": (
        "TensorRT's zero points are 0, and it cannot multiply 4-bit weights by integers; use "
        "w8a8-sym"
    ),
    **dict.fromkeys(
        ("w8a16-asym", "w8a16-sym"), "TensorRT has no 16-bit integers; use w8a8-sym, or fp16"
    ),
    "ai8x": "it rounds half up, and its last layer gives 32-bit sums; use w8a8-sym",
    "kpu-u8": "TensorRT's zero points are 0, and it rounds once, a K210 twice; use w8a8-sym",
    **dict.fromkeys(("q6", "q7", "q8", "q9"), "TensorRT has no 16-bit integers; use w8a8-sym"),
    "dpu-pow2": (
        "it rounds half up like AMD's DPU, but TensorRT rounds half to even, so results would "
        "differ; use w8a8-sym"
    ),
}
"""Why TensorRT refuses the other schemes."""


_UNKNOWN: Mapping[str, Roofline] = MappingProxyType({})


def gpu_rooflines(
    unit: str, macs_per_s: Mapping[str, float], bytes_per_s: float, source: str
) -> Mapping[str, Roofline]:
    """Return a GPU's rooflines. macs_per_s: by number format."""
    return {
        name: Roofline(unit, macs_per_s=rate, bytes_per_s=bytes_per_s, source=source)
        for name, rate in macs_per_s.items()
    }


def geforce_rtx(
    name: str,
    summary: str,
    compute_capability: str,
    rooflines: Mapping[str, Roofline] = _UNKNOWN,
) -> Target:
    """Return a PC with this GPU.

    compute_capability: https://developer.nvidia.com/cuda-gpus, such as '8.9' for all of RTX 40.
    """
    return Target(
        name=name,
        summary=summary,
        compiler="tensorrt",
        executor="tensorrt",
        app="cpp-tensorrt",
        schemes=INTEGER_SCHEMES,
        refuses=OTHER_INTEGERS,
        facts={
            "architecture": "x86-64",
            "operating_system": "Linux",
            "runtime": "TensorRT-RTX 1.7 or newer, or TensorRT 10",
            "compute_capability": compute_capability,
            "precisions": ("fp32", "fp16", "int8"),
            "tensorrt": "10.0",
            "typing": "strong",
            "builders": ("tensorrt_rtx", "tensorrt"),
            "engine": "built with the bundle, for every GPU of that compute capability",
            "dla": "none",
        },
        rooflines=rooflines,
    )
