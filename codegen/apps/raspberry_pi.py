"""The apps of the Raspberry Pi 4."""

from dataclasses import replace
from functools import partial

from codegen.app import App
from codegen.apps.runtime_parts import (
    ONNXRUNTIME_ARM,
    ONNXRUNTIME_BACKEND,
    RUNTIME_ALONE,
    with_library,
)
from codegen.c_border import network_sources
from codegen.companions import TEXTS
from codegen.machines import RASPBERRY_PI_4
from codegen.packages.debian import DebianSettings
from codegen.sources import CppBackend
from codegen.toolchain import LinuxToolchain
from codegen.wheels import Wheel, wheel_library

__all__ = ["CPP_C_ARM", "CPP_LITERT", "CPP_ONNXRUNTIME_ARM", "LITERT_ARM"]

LITERT_ARM = Wheel(
    title="LiteRT",
    project="ai-edge-litert",
    version="2.3.0",
    file="ai_edge_litert-2.3.0-cp311-cp311-manylinux_2_27_aarch64.whl",
    sha256="853fc608f96da87bd5f3458465dfb9abbf18d5ae6b94eceacead407146f175ae",
    path="33/68/446c2685f5752eef7891dc8a43ca27bd393461ea0caac7c413587c2f4535",
    member="ai_edge_litert/libLiteRt.so",
)

_PI = LinuxToolchain(RASPBERRY_PI_4)
_PI_DEBIAN = DebianSettings(
    templates="rpi4/debian",
    runtime="plain C",
    processor="the processor",
    depends=f"libc6 (>= {'.'.join(map(str, RASPBERRY_PI_4.c_library))})",
    recommends="",
    options="--source /dev/video0 --heat board",
)


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
        prepare=with_library(option, partial(wheel_library, wheel)),
        stand_in_differs=differs,
    )


CPP_C_ARM = _raspberry_pi("cpp-c-arm", CppBackend("c99", network=network_sources), _PI_DEBIAN)

CPP_LITERT = _raspberry_pi_wheel(
    "cpp-litert", CppBackend("litert", links_reason=RUNTIME_ALONE), LITERT_ARM, "--litert", ""
)

CPP_ONNXRUNTIME_ARM = _raspberry_pi_wheel(
    "cpp-onnxruntime-arm",
    ONNXRUNTIME_BACKEND,
    ONNXRUNTIME_ARM,
    "--onnxruntime",
    # PFLD differs by up to 1 step.
    "requantized in float32 by ONNX Runtime's kernels for ARM, run",
)
