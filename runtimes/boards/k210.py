"""Kendryte K210, as on Sipeed's MAIX Dock: two RISC-V cores and a convolution unit, the KPU.

Limits of the KPU: registers in the standalone SDK's kpu.h (Apache-2.0), and Kendryte's datasheet.
"""

from zoo.target import Target

__all__ = ["TARGET"]

TARGET = Target(
    name="k210",
    summary="Kendryte K210 (MAIX Dock), C on its RISC-V cores",
    compiler="c",
    executor="c-rv64",
    app="k210-c",
    schemes={"ptq": "w8a8-asym", "qat": "w8a8-asym", "qdq": "qdq"},
    accepts=("w8a8-sym", "w4a8-asym", "dpu-pow2"),
    refuses={
        "none": "the C code computes in integers; use ptq or qat",
        "fp16": "the C code computes in integers; use ptq or qat",
        "w8a16-asym": "the C kernels have 8-bit activations; use w8a8-asym",
    },
    facts={
        "architecture": "rv64imafdc",
        "processor": "2 x 64-bit RISC-V at 400 MHz",
        "operating_system": "none: Kendryte's standalone SDK, or MaixPy",
        "runtime": "C",
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
)
