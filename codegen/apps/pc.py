"""The apps of PCs: one self-contained program, or one with a runtime's libraries beside it."""

from codegen.app import App
from codegen.apps.runtime_parts import (
    ONNXRUNTIME_BACKEND,
    RUNTIME_ALONE,
    onnxruntime_file,
    with_library,
)
from codegen.c_border import network_sources
from codegen.machines import PC
from codegen.sources import CppBackend
from codegen.toolchain import LinuxToolchain
from codegen.wheels import onnxruntime_library, openvino_libraries

__all__ = ["CPP_C", "CPP_ONNXRUNTIME", "CPP_OPENVINO"]

_PC = LinuxToolchain(PC)

# One self-contained program, for every board with a C++ compiler.
CPP_C = App(
    "cpp-c",
    CppBackend("c99", network=network_sources),
    _PC,
    takes_signals=True,
    takes_detectors=True,
)

CPP_ONNXRUNTIME = App(
    "cpp-onnxruntime",
    ONNXRUNTIME_BACKEND,
    _PC,
    prepare=with_library("--onnxruntime", onnxruntime_file),
    carries=lambda: (onnxruntime_library(),),
    takes_signals=True,
    takes_detectors=True,
)

# OpenVINO's libraries, which the bundle has, need the C++ library, not the program.
CPP_OPENVINO = App(
    "cpp-openvino",
    CppBackend("openvino", links_reason=RUNTIME_ALONE),
    _PC,
    prepare=with_library("--openvino", lambda: openvino_libraries()[0].file),
    carries=openvino_libraries,
    takes_signals=True,
    takes_detectors=True,
)
