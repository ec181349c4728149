"""The machines with NVIDIA's GPUs: how programs for them are compiled, and run without one."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from codegen.arm_linux import ARM_TOOLS, emulated
from codegen.jetson import JETSON
from codegen.linux import PC
from codegen.onnxruntime import onnxruntime_library
from codegen.onnxruntime_arm import WHEEL
from codegen.toolchain import build_program, compiler_words, toolchain_tools
from codegen.wheels import wheel_member
from zoo.tool import Tool

__all__ = ["JetsonHost", "PcHost", "StandInRun", "TensorRtHost"]

_RUNTIME = "ZOO_ONNXRUNTIME"


@dataclass(frozen=True)
class StandInRun:
    """How a stand-in for TensorRT is made and run.

    compiler: words.  flags: the version that it stands for.  launcher: words before the program.
    """

    compiler: Sequence[str]
    flags: Sequence[str]
    launcher: Sequence[str]


class TensorRtHost(Protocol):
    """A kind of machine.

    stand_in: as in zoo.plugs.AppGenerator.
    sums_floats_differently: whether the ONNX Runtime behind the stand-in is another processor's.
    """

    stand_in: str
    sums_floats_differently: bool

    @property
    def tools(self) -> Sequence[Tool]:
        """Programs that building and running need."""

    def build(self, source: Path, out: Path) -> Path:
        """Compile the app; raises ToolchainError."""

    def standing_in(self) -> AbstractContextManager[StandInRun]:
        """Yield how the app runs here without TensorRT; raises ToolchainError."""


class PcHost:
    """Linux on x86-64; for older ones than Zig is told install.sh compiles the program again."""

    stand_in = "stand-in TensorRT"
    sums_floats_differently = False

    @property
    def tools(self) -> tuple[Tool, ...]:
        return toolchain_tools(PC)

    def build(self, source: Path, out: Path) -> Path:
        return build_program(source, out, PC)

    @contextmanager
    def standing_in(self) -> Iterator[StandInRun]:
        launcher = ("env", f"{_RUNTIME}={onnxruntime_library().file}")
        yield StandInRun(compiler_words(PC), (), launcher)


class JetsonHost:
    """Every Jetson from the Nano on; its TensorRT 8.2 is the oldest."""

    stand_in = f"stand-in TensorRT, emulated {JETSON.cpu}"
    sums_floats_differently = True

    @property
    def tools(self) -> tuple[Tool, ...]:
        return (*toolchain_tools(JETSON), *ARM_TOOLS)

    def build(self, source: Path, out: Path) -> Path:
        return build_program(source, out, JETSON)

    @contextmanager
    def standing_in(self) -> Iterator[StandInRun]:
        library = wheel_member(WHEEL, WHEEL.member)
        flags = ("-DNV_TENSORRT_MAJOR=8", "-DNV_TENSORRT_MINOR=2")
        with emulated(JETSON) as words:
            launcher = (*words, "-E", f"{_RUNTIME}={library}")
            yield StandInRun(compiler_words(JETSON), flags, launcher)
