"""Analog Devices MAX78000: a Cortex-M4F with an accelerator for convolutions.

Limits: ai8x-synthesis, README.md, "Limitations of MAX78000 Networks".
"""

from zoo.roofline import Roofline
from zoo.target import ARCHIVE, Runtime, Target

__all__ = ["TARGET"]

_ONE_SCHEME = "the accelerator's scales are powers of two and its last layer has 32 bits; use ai8x"

_CORTEX_M4F = Roofline(
    "the Cortex-M4F at 100 MHz",
    macs_per_s=2 * 100e6,
    bytes_per_s=4 * 100e6,
    source=(
        "one smlad of two products per cycle, and one word loaded: Cortex-M4 Technical Reference "
        "Manual, instruction set summary"
    ),
)
_C = Runtime(
    title="C99, for the Cortex-M4F or any other processor",
    compiler="c",
    executor="c",
    app="cpp-c",
    rooflines={"int8": _CORTEX_M4F},
)

TARGET = Target(
    name="max78000",
    summary="Analog Devices MAX78000, its accelerator by ai8xize.py, and C99",
    compiler="ai8x",
    executor="ai8x",
    app="max78000",
    schemes={"ptq": "ai8x", "qat": "ai8x"},
    refuses={
        "none": "the accelerator has no floating point; use ptq or qat",
        "fp16": "the accelerator has no floating point; use ptq or qat",
        "qdq": "the integers of a quantized file are not the accelerator's; give the float file",
        **dict.fromkeys(("w8a8-asym", "w8a8-sym", "w4a8-asym", "dpu-pow2", "kpu-u8"), _ONE_SCHEME),
        **dict.fromkeys(
            ("w8a16-asym", "w8a16-sym", "q6", "q7", "q8", "q9"),
            "the accelerator's activations have 8 bits; use ai8x",
        ),
    },
    package=ARCHIVE,
    facts={
        "architecture": "armv7em",
        "processor": "Cortex-M4F at 100 MHz",
        "operating_system": "none: the vendor's SDK",
        "runtime": "ai8xize.py's C",
        "flash_begin": 0x1000_0000,
        "flash_bytes": 512 << 10,
        "openocd_files": ("interface/cmsis-dap.cfg", "target/max78000.cfg"),
        "ram_bytes": 128 << 10,
        "clock_hz": 50_000_000,
        "processors": 64,
        "layers_max": 32,
        "channels_max": 1024,
        "biased_outputs_max": 512,
        "flatten_max": 16384,
        "flatten_pixels_max": 256,
        "side_max": 1023,
        "pool_max": 16,
        "data_bytes": 8192 * 4,
        "weights_bytes": 442_368,
        "bias_bytes": 2048,
    },
    runtimes={"c": _C},
)
