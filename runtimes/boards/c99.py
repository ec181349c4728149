"""Any board with a C99 compiler: the network is part of the program, nothing is installed."""

from zoo.target import Target

__all__ = ["TARGET"]

TARGET = Target(
    name="c99",
    summary="Any board with a C99 compiler, integer C without libraries",
    compiler="c",
    executor="c",
    app="cpp-c",
    schemes={"ptq": "w8a8-asym", "qat": "w8a8-asym", "qdq": "qdq"},
    accepts=("w8a8-sym", "w4a8-asym", "dpu-pow2", "kpu-u8", "ai8x"),
    refuses={
        "none": "the C code computes in integers; use ptq or qat",
        "fp16": "the C code computes in integers; use ptq or qat",
        **dict.fromkeys(
            ("w8a16-asym", "q6", "q7", "q8", "q9"),
            "the C kernels have 8-bit activations; use w8a8-asym",
        ),
    },
    facts={
        "architecture": "any",
        "operating_system": "any, or none: see docs/c.md",
        "runtime": "none",
        "memory": "NETWORK_ARENA_BYTES and NETWORK_WEIGHTS_BYTES in network.h",
    },
)
