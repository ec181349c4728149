"""Linux PCs and servers, x86-64, with ONNX Runtime on the CPU, or the network as C."""

from runtimes.integer_c import c_runtime
from zoo.target import Target

__all__ = ["TARGET"]

TARGET = Target(
    name="x86",
    summary="Linux on x86-64, ONNX Runtime or C on the CPU",
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
    accepts=("w8a8-sym", "w8a16-asym", "q6", "q7", "q8", "q9"),
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
    runtimes={"c": c_runtime("cpp-c")},
)
