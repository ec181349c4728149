"""Raspberry Pi 4 and 5, 64-bit Raspberry Pi OS: LiteRT or ONNX Runtime on the CPU, or C."""

from runtimes.integer_c import c_runtime
from zoo.roofline import Roofline
from zoo.target import Runtime, Target

__all__ = ["TARGET"]

_CLOCK_HZ = 1.5e9
_SOURCE = (
    "Cortex-A57 Software Optimization Guide, sections 3.14 and 3.15, as in LLVM's scheduling model "
    "AArch64SchedA57.td, which it uses for the A72, too; memory: STREAM, "
    "www.sci-pi.org.uk/bench/stream.html"
)


def _cortex_a72(macs_per_cycle: int, what: str) -> Roofline:
    return Roofline(
        "one Cortex-A72 of a Raspberry Pi 4 at 1.5 GHz",
        macs_per_s=macs_per_cycle * _CLOCK_HZ,
        bytes_per_s=5.56e9,
        source=f"{what} per cycle: {_SOURCE}",
    )


_FLOAT = _cortex_a72(4, "one fmla of four float32")
_INTEGERS = _cortex_a72(8, "one smull or smlal of eight int8")
_ROOFLINES = {"float32": _FLOAT, "float16": _FLOAT, "int8": _INTEGERS}

_ONNX_RUNTIME = Runtime(
    title="ONNX Runtime 1.20 or newer",
    compiler="onnx",
    executor="onnxruntime",
    app="cpp-onnxruntime-arm",
    refuses={
        "dpu-pow2": (
            "it rounds half up like AMD's DPU, but ONNX Runtime rounds half to even, so results "
            "would differ; use w8a8-asym, or the board's own runtime"
        ),
        **dict.fromkeys(
            ("w8a16-asym", "w8a16-sym", "q6", "q7", "q8", "q9"),
            "ONNX Runtime computes 16-bit activations in float32, slower than a float network; use "
            "w8a8-asym, or --quant none",
        ),
    },
    rooflines=_ROOFLINES,
)

TARGET = Target(
    name="rpi4",
    summary="Raspberry Pi 4 and 5, LiteRT, ONNX Runtime or C on the CPU",
    compiler="tflite",
    executor="litert",
    app="cpp-litert",
    schemes={
        "none": "float32",
        "fp16": "float16",
        "ptq": "w8a8-asym",
        "qat": "w8a8-asym",
        "qdq": "qdq",
    },
    accepts=("w8a8-sym", "w8a16-sym", "dpu-pow2"),
    refuses={
        "ai8x": "it rounds half up, and its last layer gives 32-bit sums; use w8a8-asym",
        **dict.fromkeys(
            ("q6", "q7", "q8", "q9"), "LiteRT has no products of 16-bit weights; use w8a16-sym"
        ),
        "kpu-u8": "it rounds twice like the K210's KPU, the board's kernels once; use w8a8-asym",
        "w8a16-asym": "LiteRT's 16-bit activations are symmetric; use w8a16-sym",
        "w4a8-asym": (
            "the Cortex-A72 has no 4-bit products, so 4-bit weights would only lose accuracy; use "
            "w8a8-asym"
        ),
    },
    package="deb",
    facts={
        "architecture": "aarch64",
        "processor": "4 x Cortex-A72",
        "operating_system": "Raspberry Pi OS 12 or newer, 64 bits",
        "runtime": "LiteRT 2.1.6 or newer",
        # Pixels are the network's integers, so nothing is lost.
        "tensor_border": "integer",
    },
    own_runtime="litert",
    fastest_first=("litert", "c"),  # by instructions, docs/c.md
    runtimes={"c": c_runtime("cpp-c-arm", {"int8": _INTEGERS}), "ort": _ONNX_RUNTIME},
    rooflines=_ROOFLINES,
)
