"""Shared by boards whose network can be C code: what it takes, and a runtime of it."""

from collections.abc import Mapping
from types import MappingProxyType

from zoo.roofline import Roofline
from zoo.target import Runtime

__all__ = ["C_ACCEPTS", "C_REFUSES", "c_runtime"]

C_ACCEPTS = (
    "w8a8-sym",
    "w4a8-asym",
    "w8a16-asym",
    "w8a16-sym",
    "dpu-pow2",
    "kpu-u8",
    "ai8x",
)
"""Schemes besides w8a8-asym."""

C_REFUSES = {
    "none": "the C code computes in integers; use ptq or qat",
    "fp16": "the C code computes in integers; use ptq or qat",
    **dict.fromkeys(
        ("q6", "q7", "q8", "q9"),
        "the C kernels have weights of at most 8 bits; use w8a16-asym",
    ),
}


_UNKNOWN: Mapping[str, Roofline] = MappingProxyType({})


def c_runtime(app: str, rooflines: Mapping[str, Roofline] = _UNKNOWN) -> Runtime:
    """Return the runtime that has the network as C in the program. app: for the board."""
    return Runtime(
        title="none: the network is C code in the program",
        compiler="c",
        executor="c",
        app=app,
        accepts=C_ACCEPTS,
        refuses=C_REFUSES,
        slow=("int16", "uint16"),  # plain C without SIMD
        rooflines=rooflines,
    )
