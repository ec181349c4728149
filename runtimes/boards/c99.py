"""Any board with a C99 compiler: the network is part of the program, nothing is installed."""

from runtimes.integer_c import C_ACCEPTS, C_REFUSES
from zoo.advice import Advice
from zoo.target import Target

__all__ = ["TARGET"]

TARGET = Target(
    name="c99",
    summary="Any board with a C99 compiler, integer C without libraries",
    compiler="c",
    executor="c",
    app="cpp-c",
    schemes={"ptq": "w8a8-asym", "qat": "w8a8-asym", "qdq": "qdq"},
    accepts=C_ACCEPTS,
    refuses=C_REFUSES,
    facts={
        "architecture": "any",
        "operating_system": "any, or none: see docs/c.md",
        "runtime": "none",
        "memory": "NETWORK_ARENA_BYTES and NETWORK_WEIGHTS_BYTES in network.h",
    },
    installations=(
        Advice("unpack {archive}; add {name}/app/src/network to your program's sources"),
    ),
)
