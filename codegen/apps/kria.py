"""The apps of the Kria KV260: its DPU, alone or with a tail on the CPU."""

from codegen.app import App
from codegen.apps.runtime_parts import ONNXRUNTIME_ARM
from codegen.companions import TEXTS
from codegen.kria import KriaToolchain
from codegen.machines import KRIA
from codegen.python_app import python_sources
from codegen.sources import CppBackend
from codegen.vart import StandInDpu
from codegen.wheels import carried_library, wheel_library
from zoo.advice import Advice

__all__ = ["CPP_VART", "CPP_VART_TAIL"]

_KRIA = KriaToolchain(KRIA)
_DPU = StandInDpu(_KRIA)
_DPU_AND_TAIL = StandInDpu(
    _KRIA, lambda: ("--onnxruntime", str(wheel_library(ONNXRUNTIME_ARM)), "--threads", "1")
)
_WITH_SUDO = Advice("on the board: tar -xzf {archive_name} && sudo sh {name}/install.sh")
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
