"""Firmwares of the MAX78000: their sources, and what they print on an emulated Cortex-M4F."""

import json
import struct
import subprocess
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from layer_chain import layer_chain
from quantization import contract_of, pixel_feeds

from codegen.apps.max78000 import MAX78000
from codegen.compiler_call import call_compiler
from compilers.ai8x.compiler import COMPILER
from compilers.quantize.ptq import QUANTIZER
from compilers.schemes import AI8X
from runtimes.executors.c_cortex_m4 import EXECUTOR
from zoo import registry
from zoo.build.targets import find_target
from zoo.contract import Step
from zoo.plugs import AppRequest, QuantizeOptions
from zoo.tool import find_tool

__all__ = [
    "CLASSES",
    "LABELS",
    "compile_board",
    "compile_firmware",
    "demand_tools",
    "message",
    "request_of",
    "run",
    "sums_of",
    "written",
]

LABELS = ("nothing", 'a "face"')
CLASSES = (Step("top_k", {"output": "logits", "count": 1, "labels": LABELS}),)
NOTHING: Mapping[str, bytes] = MappingProxyType({})

_M4 = ("-mthumb", "-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard")
_STRICT = ("-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "--specs=picolibc.specs")
_LINKED = ("--oslib=semihost", "--crt0=semihost")
_MEMORY = (
    "-Wl,--defsym=__flash=0,--defsym=__flash_size=0x400000",
    "-Wl,--defsym=__ram=0x20000000,--defsym=__ram_size=0x400000",
)
_QEMU = ("qemu-system-arm", "-M", "mps2-an386", "-nographic", "-semihosting", "-kernel")


def request_of(
    post: tuple[Step, ...] = CLASSES, channels: int = 3, more: Mapping[str, bytes] = NOTHING
) -> AppRequest:
    """Return that of a small network with two classes. more: files of the artifact."""
    graph = layer_chain((4, 8), (channels, 16), seed=3)
    pre = Step("normalize", {"mean": [128] * channels, "std": [128] * channels})
    contract = contract_of(graph, pre)
    options = QuantizeOptions(calibrator="mse", correct_bias=False)
    integer = QUANTIZER.quantize(graph, AI8X, [pixel_feeds(graph, 4)], contract, options)
    artifact = COMPILER.lower(integer, find_target("max78000"), "ai8x")
    files = {**artifact.files, **more}
    contract = replace(contract, post=post)
    return AppRequest("small", find_target("max78000"), contract, artifact.main, files)


def written(folder: Path, request: AppRequest) -> Path:
    """Write firmware and network below a folder; return the firmware's."""
    for name, content in MAX78000.backend.sources(request).items():
        if name.startswith(("firmware/", "network/")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    return folder / "firmware"


def demand_tools() -> None:
    """Skip the test without compiler and emulator."""
    for tool in EXECUTOR.tools:
        if not find_tool(tool):
            pytest.skip(f"no {tool.name}; {tool.remedy} installs it")


def compile_board(firmware: Path, source: str) -> None:
    """Compile a source for the board against the stubs of the SDK, strictly."""
    folders = (firmware, firmware / "sdk_stubs", firmware / "stand_in", firmware.parent / "network")
    words = (*_M4, *_STRICT, *(f"-I{folder}" for folder in folders))
    files = ["-c", str(firmware / source), "-o", str(firmware / "object.o")]
    call_compiler(["arm-none-eabi-gcc", *words, *files], "it")


def compile_firmware(firmware: Path, *parts: str) -> Path:
    """Return the program of some folders of the firmware, with the stand-in for the board."""
    network = firmware.parent / "network"
    sources = [path for part in parts for path in sorted((firmware / part).glob("*.c"))]
    sources += [firmware / "stand_in" / "device.c", *sorted(network.glob("*.c"))]
    if "accelerator" in parts:
        sources.append(firmware / "stand_in" / "cnn.c")
    folders = (firmware, firmware / "sdk_stubs", firmware / "stand_in", network)
    words = (*_M4, *_STRICT, *_LINKED, *_MEMORY, *(f"-I{folder}" for folder in folders))
    program = firmware.parent / "firmware.elf"
    command = ["arm-none-eabi-gcc", *words, *map(str, sources), "-o", str(program)]
    call_compiler(command, "it")
    return program


def run(program: Path, serial: bytes = b"") -> list[dict[str, Any]]:
    """Return the JSON lines. serial: what the port receives."""
    (program.parent / "serial.bin").write_bytes(serial)
    finished = subprocess.run(
        [*_QEMU, str(program)],
        cwd=program.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return [json.loads(line) for line in finished.stdout.splitlines()]


def message(pixels: bytes, size: int | None = None) -> bytes:
    """Return a picture as it is sent; size: if it says another one."""
    count = struct.pack("<I", len(pixels) if size is None else size)
    return b"PICT" + count + pixels + struct.pack("<I", zlib.crc32(pixels))


def sums_of(request: AppRequest, pixels_nhwc: Sequence[Any] | np.ndarray, folder: Path) -> Any:
    """Return what the accelerator's executor computes of pictures [N, H, W, C] uint8."""
    for name, content in request.artifact_files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    executor = registry.load("executor", "ai8x").load(folder, request.artifact_main)
    pixels_nchw = np.asarray(pixels_nhwc).transpose(0, 3, 1, 2).astype(np.int64)
    return executor.run(pixels_nchw - 128)
