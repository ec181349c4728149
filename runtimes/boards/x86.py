"""Linux PCs and servers, x86-64: the network as C, or ONNX Runtime or OpenVINO on the CPU."""

from dataclasses import replace

from runtimes.integer_c import c_runtime
from zoo.roofline import Roofline
from zoo.target import Runtime, Target

__all__ = ["TARGET"]

_UNIT = "one core of an AMD EPYC (Zen 4) at 3.67 GHz"
_FITTED = (
    "the other rates fitted to the times of pfld and facedet in docs/performance.md, mobilenet_v2 "
    "and resnet18 predicted (docs/estimate.md)"
)
_FLOAT = Roofline(
    _UNIT,
    macs_per_s=16 * 3.67e9,
    depthwise_macs_per_s=20e9,
    bytes_per_s=114e9,
    factor=1.25,
    source=f"peak: 16 fused multiply-adds of float32 per cycle; {_FITTED}",
)
_INTEGERS = Roofline(
    _UNIT,
    macs_per_s=64 * 3.67e9,
    depthwise_macs_per_s=15e9,
    bytes_per_s=5e9,
    layer_s=0.5e-6,
    factor=1.35,
    source=f"peak: one vpdpbusd of 512 bits per cycle; {_FITTED}",
)
# Floats between QuantizeLinear and DequantizeLinear, which ONNX Runtime does not fuse.
_WIDE_INTEGERS = Roofline(
    _UNIT,
    macs_per_s=8e9,
    bytes_per_s=20e9,
    factor=1.35,
    source="fitted to the times of pfld and facedet in w8a16-asym (docs/quantization.md)",
)
_C_INTEGERS = replace(
    _INTEGERS,
    depthwise_macs_per_s=40e9,
    bytes_per_s=30e9,
    layer_s=0.0,
    factor=1.8,
    source=f"{_INTEGERS.source}; within 1.15 for those, HRNet takes 1.7 times as long",
)
# Plain C without SIMD, as Zig compiles it.
_C_WIDE_INTEGERS = Roofline(
    _UNIT,
    macs_per_s=2.1e9,
    depthwise_macs_per_s=1.5e9,
    bytes_per_s=0.8e9,
    factor=2.2,
    source="fitted to the times of seven networks in w8a16-sym (docs/estimate.md)",
)

_OPENVINO = Runtime(
    title="OpenVINO 2024.0 or newer",
    compiler="openvino",
    executor="openvino",
    app="cpp-openvino",
    refuses=dict.fromkeys(
        ("w8a16-asym", "w8a16-sym", "q6", "q7", "q8", "q9"),
        "OpenVINO's integer kernels have 8-bit activations; use w8a8-asym, or --runtime ort",
    ),
)

TARGET = Target(
    name="x86",
    summary="Linux on x86-64, C, ONNX Runtime or OpenVINO on the CPU",
    compiler="onnx",
    executor="onnxruntime",
    app="cpp-onnxruntime",
    schemes={
        "none": "float32",
        "fp16": "float16",
        "ptq": "w8a8-asym",
        "qat": "w8a8-asym",
        "qdq": "qdq",
    },
    accepts=("w8a8-sym", "w8a16-asym", "w8a16-sym", "q6", "q7", "q8", "q9"),
    refuses={
        "ai8x": "it rounds half up, and its last layer gives 32-bit sums; use w8a8-asym",
        "kpu-u8": "it rounds twice like the K210's KPU, ONNX Runtime once; use w8a8-asym",
        "dpu-pow2": (
            "it rounds half up like AMD's DPU, but ONNX Runtime rounds half to even, so results "
            "would differ; use w8a8-asym, or a board with a DPU"
        ),
        "w4a8-asym": (
            "ONNX Runtime has no convolution with 4-bit weights, so they would only lose accuracy; "
            "use w8a8-asym"
        ),
    },
    facts={
        "architecture": "x86-64",
        "operating_system": "Linux",
        "runtime": (
            "ONNX Runtime 1.20 or newer; without VNNI exact by session.x64quantprecision = 1, but "
            "slower"
        ),
    },
    own_runtime="ort",
    fastest_first=("c", "ort"),  # docs/performance.md
    chooses_runtime=True,
    runtimes={
        "c": c_runtime("cpp-c", {"int8": _C_INTEGERS, "int16": _C_WIDE_INTEGERS}),
        "openvino": _OPENVINO,
    },
    # ONNX Runtime computes float16 in float32.
    rooflines={
        "float32": _FLOAT,
        "float16": _FLOAT,
        "int8": _INTEGERS,
        "int16": _WIDE_INTEGERS,
    },
)
