"""Kendryte K210, as on Sipeed's MAIX Dock: two RISC-V cores and a convolution unit, the KPU.

Limits of the KPU: registers in the standalone SDK's kpu.h (Apache-2.0), and Kendryte's datasheet.
"""

from zoo.target import ARCHIVE, Runtime, Target

__all__ = ["TARGET"]

_TWO_STAGES = "the KPU's layers round twice, to uint8; use kpu-u8"

_C = Runtime(
    title="C on a RISC-V core",
    compiler="c",
    executor="c-rv64",
    app="k210-c",
    package=ARCHIVE,  # the network is part of the firmware
)

TARGET = Target(
    name="k210",
    summary="Kendryte K210 (MAIX Dock), its KPU",
    compiler="kmodel",
    executor="kmodel",
    app="k210",
    schemes={"ptq": "kpu-u8", "qat": "kpu-u8", "qdq": "qdq"},
    refuses={
        "none": "the KPU has no floating point; use ptq or qat",
        "fp16": "the KPU has no floating point; use ptq or qat",
        **dict.fromkeys(("w8a8-asym", "w8a8-sym", "w4a8-asym", "dpu-pow2", "ai8x"), _TWO_STAGES),
        **dict.fromkeys(
            ("w8a16-asym", "w8a16-sym", "q6", "q7", "q8", "q9"),
            "the KPU's activations have 8 bits; use kpu-u8",
        ),
    },
    package="kfpkg",
    facts={
        "architecture": "rv64imafdc",
        "processor": "2 x 64-bit RISC-V at 400 MHz",
        "operating_system": "none: Kendryte's standalone SDK, or MaixPy",
        "runtime": "kmodel, by the SDK or MaixPy",
        # Where MaixPy's own examples have it.
        "network_flash_address": 0x300000,
        "main_ram_bytes": 6 << 20,
        "kpu_ram_bytes": 2 << 20,
        "flash_bytes": 16 << 20,
        "kpu_clock_hz": 400_000_000,
        "channels_max": 1024,
        "height_min": 4,
        "height_max": 256,
        "width_min": 4,
        "width_max": 512,
        "weights_chunk_bytes": 30 << 10,
        "weights_chunks_max": 64,
    },
    variants={"kmodel3": {"kmodel_version": 3}},
    runtimes={"c": _C},
)
