"""The C++ app on LiteRT for the Raspberry Pi, and LiteRT's library for its processor."""

from codegen.raspberry_pi import RaspberryPiApp
from codegen.sources import CppBackend
from codegen.wheels import Wheel

__all__ = ["APP", "BACKEND", "WHEEL"]

BACKEND = CppBackend(
    "litert",
    links=("-static-libstdc++", "-static-libgcc"),
    links_reason="Only the C library and the inference runtime are needed on the board.",
)
WHEEL = Wheel(
    title="LiteRT",
    project="ai-edge-litert",
    version="2.3.0",
    file="ai_edge_litert-2.3.0-cp311-cp311-manylinux_2_27_aarch64.whl",
    sha256="853fc608f96da87bd5f3458465dfb9abbf18d5ae6b94eceacead407146f175ae",
    path="33/68/446c2685f5752eef7891dc8a43ca27bd393461ea0caac7c413587c2f4535",
    member="ai_edge_litert/libLiteRt.so",
)
APP = RaspberryPiApp("cpp-litert", BACKEND, WHEEL, option="--litert")
