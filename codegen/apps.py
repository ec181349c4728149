"""The built-in apps, and their parts."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from codegen.app import App, Call
from codegen.browser import PageBackend, PageToolchain
from codegen.c_border import network_sources
from codegen.companions import TEXTS
from codegen.k210 import FirmwareBackend
from codegen.kotlin_app import KOTLIN_FORM, KotlinBackend
from codegen.kria import KriaToolchain
from codegen.machines import JETSON, KRIA, PC, RASPBERRY_PI_4
from codegen.max78000 import firmware_sources
from codegen.packages import DebianSettings
from codegen.page_run import PageApp
from codegen.python_app import python_sources
from codegen.rv64 import FirmwareApp, Rv64Toolchain
from codegen.sources import CppBackend
from codegen.tensorrt import StandInTensorRt, adapter_sources
from codegen.toolchain import LinuxToolchain
from codegen.vart import StandInDpu
from codegen.wheels import (
    Wheel,
    carried_library,
    onnxruntime_library,
    openvino_libraries,
    wheel_library,
)
from zoo.advice import Advice

__all__ = [
    "ANDROID",
    "BROWSER",
    "CPP_C",
    "CPP_C_ARM",
    "CPP_LITERT",
    "CPP_ONNXRUNTIME",
    "CPP_ONNXRUNTIME_ARM",
    "CPP_OPENVINO",
    "CPP_TENSORRT",
    "CPP_TENSORRT_JETSON",
    "CPP_VART",
    "CPP_VART_TAIL",
    "K210",
    "K210_C",
    "LITERT_ARM",
    "MAX78000",
    "ONNXRUNTIME_ARM",
]

LITERT_ARM = Wheel(
    title="LiteRT",
    project="ai-edge-litert",
    version="2.3.0",
    file="ai_edge_litert-2.3.0-cp311-cp311-manylinux_2_27_aarch64.whl",
    sha256="853fc608f96da87bd5f3458465dfb9abbf18d5ae6b94eceacead407146f175ae",
    path="33/68/446c2685f5752eef7891dc8a43ca27bd393461ea0caac7c413587c2f4535",
    member="ai_edge_litert/libLiteRt.so",
)
ONNXRUNTIME_ARM = Wheel(
    title="ONNX Runtime",
    project="onnxruntime",
    version="1.31.1",
    file="onnxruntime-1.31.1-cp311-cp311-manylinux_2_28_aarch64.whl",
    sha256="da05378364c44d4407e463982d2bf8d5e4cfea873283757e48beeb41df97b7f3",
    path="02/ee/b173a49293b146b54bd057bf8681a015aef764d8f56d999ad8c6e53ab18d",
    member="onnxruntime/capi/libonnxruntime.so.1.31.1",
)

_WITH_SUDO = Advice("on the board: tar -xzf {archive_name} && sudo sh {name}/install.sh")
_WITH_RUNTIME = "Only the C library and the inference runtime are needed on the board."
_ONNXRUNTIME = CppBackend("onnxruntime", links_reason=_WITH_RUNTIME)
_TENSORRT = CppBackend(
    "tensorrt",
    links_reason=(
        "Only the C library is needed; TensorRT is reached through a library built on the board."
    ),
    beside=adapter_sources,
)
_TENSORRT_TEXTS = {
    **TEXTS,
    "README.md": "bundle/tensorrt/README.md.j2",
    "install.sh": "bundle/tensorrt/install.sh.j2",
}
_PC, _JETSON, _PI = LinuxToolchain(PC), LinuxToolchain(JETSON), LinuxToolchain(RASPBERRY_PI_4)
_KRIA = KriaToolchain(KRIA)
_DPU = StandInDpu(_KRIA)
_DPU_AND_TAIL = StandInDpu(
    _KRIA, lambda: ("--onnxruntime", str(wheel_library(ONNXRUNTIME_ARM)), "--threads", "1")
)


_PI_DEBIAN = DebianSettings(
    templates="rpi4/debian",
    runtime="plain C",
    processor="the processor",
    depends=f"libc6 (>= {'.'.join(map(str, RASPBERRY_PI_4.c_library))})",
    recommends="",
    options="--source /dev/video0 --heat board",
)
_ONNXRUNTIME_TEXTS = ("onnxruntime/LICENSE", "onnxruntime/ThirdPartyNotices.txt")
_VART_LINKS = ("vart-runner", "vart-mem-manager", "xir")
_VART_LINKS_REASON = (
    "AMD's runtime passes types of the C++ library, so everything uses the board's."
)
_VART_TEXTS = {
    **TEXTS,
    "README.md": "bundle/vart/README.md.j2",
    "install.sh": "bundle/vart/install.sh.j2",
}


def _compiled(main: str) -> str:
    """Return the DPU's file, whether compiled here or later."""
    return main.replace(".quantized.xmodel", ".xmodel")


def _onnxruntime() -> Path:
    return onnxruntime_library().file


def _by_library(option: str, library: Callable[[], Path]) -> Callable[[Path, Path], Call]:
    """Return `prepare` for a runtime's library, on one thread as executors do."""

    def prepare(artifact: Path, folder: Path) -> Call:  # noqa: ARG001 (nothing to create)
        return Call(artifact, (option, str(library()), "--threads", "1"))

    return prepare


def _raspberry_pi(
    name: str, backend: CppBackend, debian: DebianSettings, wheel: Wheel | None = None
) -> App:
    """Return an app whose packages have these settings. wheel: that runtime.sh fetches."""
    own = ("README.md", "install.sh", *(("runtime.sh",) if wheel else ()))
    further = {"wheel": wheel}
    return App(
        name,
        backend,
        _PI,
        texts={**TEXTS, **{text: f"bundle/rpi4/{text}.j2" for text in own}},
        further=further,
        packages={"deb": replace(debian, further=further)},
        takes_signals=True,
        takes_detectors=True,
        stand_in=f"emulated {RASPBERRY_PI_4.cpu}",
    )


def _raspberry_pi_wheel(
    name: str, backend: CppBackend, wheel: Wheel, option: str, differs: str
) -> App:
    """Return an app with a runtime.sh that fetches the runtime from a wheel."""
    debian = replace(
        _PI_DEBIAN,
        runtime=wheel.title,
        # The runtime needs the C++ library, not the program.
        depends="libc6 (>= 2.34), libgcc-s1, libstdc++6 (>= 12), python3",
        recommends="ca-certificates, curl | wget",
    )
    return replace(
        _raspberry_pi(name, backend, debian, wheel),
        prepare=_by_library(option, partial(wheel_library, wheel)),
        stand_in_differs=differs,
    )


# One self-contained program, for every board with a C++ compiler.
CPP_C = App(
    "cpp-c",
    CppBackend("c99", network=network_sources),
    _PC,
    takes_signals=True,
    takes_detectors=True,
)

BROWSER = PageApp(
    "browser",
    PageBackend(),
    PageToolchain(),
    texts={"README.md": "bundle/browser/README.md.j2"},
    takes_detectors=True,
    stand_in="JavaScript engine",
)

CPP_C_ARM = _raspberry_pi("cpp-c-arm", CppBackend("c99", network=network_sources), _PI_DEBIAN)

# The same program for the PC, and a firmware beside it, which runs one network.
MAX78000 = App(
    "max78000",
    CppBackend("c99", network=network_sources, beside=firmware_sources),
    _PC,
    texts={**TEXTS, "README.md": "bundle/max78000/README.md.j2"},
    takes_signals=True,
    installations=(
        Advice(
            "build {name}/app/src/firmware with the vendor's SDK, then: zoo flash {archive} "
            "--firmware build/firmware.elf",
            needs="app/src/firmware/",
        ),
        Advice(
            "unpack {archive}; call {name}/app/src/network/network.h from your firmware",
            needs="app/src/network/",
        ),
    ),
)

CPP_ONNXRUNTIME = App(
    "cpp-onnxruntime",
    _ONNXRUNTIME,
    _PC,
    prepare=_by_library("--onnxruntime", _onnxruntime),
    carries=lambda: (onnxruntime_library(),),
    takes_signals=True,
    takes_detectors=True,
)

# OpenVINO's libraries, which the bundle has, need the C++ library, not the program.
CPP_OPENVINO = App(
    "cpp-openvino",
    CppBackend("openvino", links_reason=_WITH_RUNTIME),
    _PC,
    prepare=_by_library("--openvino", lambda: openvino_libraries()[0].file),
    carries=openvino_libraries,
    takes_signals=True,
    takes_detectors=True,
)

CPP_LITERT = _raspberry_pi_wheel(
    "cpp-litert", CppBackend("litert", links_reason=_WITH_RUNTIME), LITERT_ARM, "--litert", ""
)

CPP_ONNXRUNTIME_ARM = _raspberry_pi_wheel(
    "cpp-onnxruntime-arm",
    _ONNXRUNTIME,
    ONNXRUNTIME_ARM,
    "--onnxruntime",
    # PFLD differs by up to 1 step.
    "requantized in float32 by ONNX Runtime's kernels for ARM, run",
)

# On a Linux older than the one Zig targets, install.sh compiles the program again.
CPP_TENSORRT = App(
    "cpp-tensorrt",
    _TENSORRT,
    _PC,
    prepare=StandInTensorRt(_PC, _onnxruntime),
    texts=_TENSORRT_TEXTS,
    stand_in="stand-in TensorRT",
    takes_signals=True,
    takes_detectors=True,
)

CPP_TENSORRT_JETSON = App(
    "cpp-tensorrt-jetson",
    _TENSORRT,
    _JETSON,
    # The oldest TensorRT of a Jetson.
    prepare=StandInTensorRt(_JETSON, partial(wheel_library, ONNXRUNTIME_ARM), (8, 2)),
    texts=_TENSORRT_TEXTS,
    packages={
        "deb": DebianSettings(
            templates="tensorrt/debian",
            runtime="TensorRT",
            processor="the GPU",
            depends="libc6 (>= 2.27), g++, libnvinfer-dev, libnvonnxparsers-dev",
            # Of JetPack 4.6, 5.1 and 6.
            recommends="cuda-cudart-dev-10-2 | cuda-cudart-dev-11-4 | cuda-cudart-dev-12-6",
            options="--source /dev/video0 --power board",
        )
    },
    stand_in=f"stand-in TensorRT, emulated {JETSON.cpu}",
    stand_in_differs="integers as float32, summed in another order",
    takes_signals=True,
    takes_detectors=True,
)

CPP_VART = App(
    "cpp-vart",
    CppBackend(
        "vart",
        links=_VART_LINKS,
        links_reason=_VART_LINKS_REASON,
        extras=("aarch64.cmake",),
        beside=python_sources,
    ),
    _KRIA,
    prepare=_DPU,
    prepare_detector=_DPU.detector,
    takes_detectors=True,
    texts=_VART_TEXTS,
    further={"tail": False},
    loads=_compiled,
    installations=(_WITH_SUDO,),
    stand_in="stand-in DPU",
)

# The end of the network runs on the CPU, with the ONNX Runtime that the bundle contains.
CPP_VART_TAIL = App(
    "cpp-vart-tail",
    CppBackend(
        "dpu_tail",
        parts=("vart_*.?pp", "onnxruntime_*.?pp"),
        links=_VART_LINKS,
        links_reason=_VART_LINKS_REASON,
        extras=("aarch64.cmake",),
    ),
    _KRIA,
    prepare=_DPU_AND_TAIL,
    prepare_detector=_DPU_AND_TAIL.detector,
    takes_detectors=True,
    carries=lambda: (carried_library(ONNXRUNTIME_ARM, "MIT", *_ONNXRUNTIME_TEXTS),),
    texts=_VART_TEXTS,
    further={"tail": True},
    loads=_compiled,
    installations=(_WITH_SUDO,),
    stand_in="stand-in DPU",
    stand_in_differs="float32 in ONNX Runtime's kernels for ARM, run",
)

ANDROID = App(
    "android",
    KotlinBackend(),
    step_form=KOTLIN_FORM,
    takes_detectors=True,
    texts={name: f"bundle/android/{name}.j2" for name in ("README.md", "benchmark.sh")},
    trials=(Advice("unpack {archive}; open {name}/app/src in Android Studio"),),
    installations=(
        Advice("cd {name}/app/src && gradle wrapper && ./gradlew installDebug  # a device on USB"),
    ),
    not_here=(
        "the Android app was neither compiled nor run: that needs the Android SDK and a device; "
        "only the zoo's tests compare its Kotlin with the reference, and its self-test runs when "
        "it starts"
    ),
)


K210 = FirmwareApp(
    "k210",
    FirmwareBackend(on_kpu=True),
    Rv64Toolchain(),
    texts={"README.md": "bundle/k210/README.md.j2"},
    further={"on_kpu": True},
    stand_in="C code for the KPU, emulated rv64",
)

# For networks that the KPU does not take.
K210_C = FirmwareApp(
    "k210-c",
    FirmwareBackend(on_kpu=False),
    Rv64Toolchain(),
    texts={"README.md": "bundle/k210/README.md.j2"},
    further={"on_kpu": False},
    installations=(
        Advice(
            "unpack {archive}; {name}/README.md says how the SDK builds {name}/app/src, and how "
            "kflash writes it"
        ),
    ),
    stand_in="emulated rv64",
)
