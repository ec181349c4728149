"""The C++ app on ONNX Runtime for the Raspberry Pi."""

from codegen.onnxruntime import BACKEND
from codegen.raspberry_pi import RaspberryPiApp
from codegen.wheels import Wheel

__all__ = ["APP", "WHEEL"]

WHEEL = Wheel(
    title="ONNX Runtime",
    project="onnxruntime",
    version="1.31.1",
    file="onnxruntime-1.31.1-cp311-cp311-manylinux_2_28_aarch64.whl",
    sha256="da05378364c44d4407e463982d2bf8d5e4cfea873283757e48beeb41df97b7f3",
    path="02/ee/b173a49293b146b54bd057bf8681a015aef764d8f56d999ad8c6e53ab18d",
    member="onnxruntime/capi/libonnxruntime.so.1.31.1",
)
APP = RaspberryPiApp(
    "cpp-onnxruntime-arm",
    BACKEND,
    WHEEL,
    option="--onnxruntime",
    # PFLD differs by up to 1 step.
    stand_in_differs="requantized in float32 by ONNX Runtime's kernels for ARM, run",
)
