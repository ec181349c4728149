"""Browsers: a page that runs the network as WebAssembly, without a server."""

from runtimes.integer_c import C_ACCEPTS, C_REFUSES
from zoo.target import Target

__all__ = ["TARGET"]

TARGET = Target(
    name="browser",
    summary="Browsers, a page with integer WebAssembly",
    compiler="c",
    executor="c-wasm",
    app="browser",
    schemes={"ptq": "w8a8-asym", "qat": "w8a8-asym", "qdq": "qdq"},
    accepts=C_ACCEPTS,
    refuses=C_REFUSES,
    package="html",
    facts={
        "architecture": "wasm32",
        "operating_system": "any with a browser of 2023 or newer: WebAssembly with SIMD128",
        "runtime": "none",
    },
)
