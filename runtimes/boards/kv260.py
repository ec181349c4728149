"""AMD Kria KV260: the DPUCZDX8G in its programmable logic, run through VART.

Limits, channel parallelism and fingerprints are printed by libtarget-factory of Vitis AI 2.5 and
described in product guide PG338; the fingerprints of 3.x are listed in its target factory.
"""

from zoo.target import Fact, Runtime, Target

__all__ = ["TARGET"]

_VERSIONS = {"vai2.5": "2.5", "vai3": "3.0 or 3.5"}
"""Versions of Vitis AI by variant name."""

_SIZES = {
    # By variant name: channel and pixel parallelism, fingerprint of each version.
    "b512": (8, 4, {"vai2.5": "0x101000016010200", "vai3": "0x101000056010200"}),
    "b800": (10, 4, {"vai2.5": "0x101000016010201", "vai3": "0x101000056010201"}),
    "b1024": (8, 8, {"vai2.5": "0x101000016010402", "vai3": "0x101000056010402"}),
    "b1152": (12, 4, {"vai2.5": "0x101000016010203", "vai3": "0x101000056010203"}),
    "b1600": (10, 8, {"vai2.5": "0x101000016010404", "vai3": "0x101000056010404"}),
    "b2304": (12, 8, {"vai2.5": "0x101000016010405", "vai3": "0x101000056010405"}),
    "b3136": (14, 8, {"vai2.5": "0x101000016010406", "vai3": "0x101000056010406"}),
    "b4096": (16, 8, {"vai2.5": "0x101000016010407", "vai3": "0x101000056010407"}),
}


def _dpu(size: str, version: str) -> dict[str, Fact]:
    channels, pixels, fingerprints = _SIZES[size]
    return {
        "dpu": f"DPUCZDX8G_ISA1_{size.upper()}",
        "vitis_ai": _VERSIONS[version],
        "fingerprint": fingerprints[version],
        "channel_parallel": channels,
        "pixel_parallel": pixels,
        "channels_max": 256 * channels,
    }


def _variants() -> dict[str, dict[str, Fact]]:
    """Return versions and sizes by names such as 'vai2.5', 'b3136' and 'b3136-vai2.5'."""
    return {
        **{version: _dpu("b4096", version) for version in _VERSIONS},
        **{size: _dpu(size, "vai3") for size in _SIZES},
        **{f"{size}-vai2.5": _dpu(size, "vai2.5") for size in _SIZES},
    }


_CPU_TAIL = Runtime(
    title="VART, and ONNX Runtime for the end of a network",
    compiler="xmodel_tail",
    executor="xmodel_tail",
    app="cpp-vart-tail",
    cpu_tail=True,
)

TARGET = Target(
    name="kv260",
    summary="AMD Kria KV260, its DPUCZDX8G with VART",
    compiler="xmodel",
    executor="xmodel",
    app="cpp-vart",
    schemes={"ptq": "dpu-pow2", "qat": "dpu-pow2", "qdq": "dpu-pow2"},
    refuses={
        "none": "the DPU has no floating point; use ptq or qat",
        "fp16": "the DPU has no floating point; use ptq or qat",
        **dict.fromkeys(("q6", "q7", "q8", "q9"), "the DPU has 8-bit integers only; use dpu-pow2"),
        **dict.fromkeys(
            ("w8a8-asym", "w8a8-sym", "w8a16-asym", "w8a16-sym", "w4a8-asym", "kpu-u8"),
            "the DPU scales by shifts only, so every scale must be a power of two; use dpu-pow2",
        ),
        "ai8x": "its last layer gives 32-bit sums, the DPU 8 bits; use dpu-pow2",
    },
    facts={
        "architecture": "aarch64",
        "operating_system": "Kria Ubuntu 22.04 or PetaLinux",
        "runtime": "VART",
        **_dpu("b4096", "vai3"),
        "dpu_clock_hz": 300_000_000,
        "dpu_bytes_per_s": 9_600_000_000,
        "bank_depth": 2048,
        # Maximum of both sides; the minimum is 1.
        "conv_kernel_max": 16,
        "conv_stride_max": 8,
        # The engine for depthwise convolutions and pools.
        "alu_kernel_max": 256,
        "alu_stride_max": 256,
        "alu_pad_begin_max": 15,
        "alu_pad_end_max": 255,
        # Activations that each op can fuse.
        "activations_of_conv": ("relu", "relu6", "leaky_relu"),
        "activations_of_dense": ("relu", "relu6", "leaky_relu"),
        "activations_of_depthwise": ("relu", "relu6"),
        "activations_of_average_pool": ("relu", "relu6"),
        "activations_of_max_pool": ("relu", "relu6"),
        "activations_of_add": ("relu",),
        "activations_of_mul": ("relu",),
        "cpu_ops": ("transpose", "sigmoid", "tanh", "slice", "sub", "softmax"),
        "leaky_relu_slope_256ths": 26,
    },
    variants=_variants(),
    runtimes={"cpu-tail": _CPU_TAIL},
    programs=("vai_c_xir", "docker"),
)
