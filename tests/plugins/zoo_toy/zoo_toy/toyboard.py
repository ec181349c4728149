"""The board: it runs what other boards run, so that it is nothing but data."""

from zoo.target import Target

__all__ = ["TARGET"]

TARGET = Target(
    name="toyboard",
    summary="a board of another distribution, ONNX Runtime on the CPU",
    compiler="onnx",
    executor="onnxruntime",
    app="cpp-onnxruntime",
    schemes={"none": "float32", "ptq": "w8a8-asym"},
    refuses={"fp16": "toyboard has no half-precision unit; use none or ptq"},
)
