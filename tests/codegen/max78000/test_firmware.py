"""The MAX78000's firmware: its sources, and what it computes on an emulated Cortex-M4F."""

import hashlib
import json
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from formatting import misplaced
from layer_chain import layer_chain
from quantization import NORMALIZE, contract_of, pixel_feeds

from codegen.apps import MAX78000
from codegen.compiler_call import call_compiler
from compilers.ai8x.compiler import COMPILER
from compilers.quantize.ptq import QUANTIZER
from compilers.schemes import AI8X
from runtimes.executors.c_cortex_m4 import EXECUTOR
from zoo import registry
from zoo.build.plan import find_target
from zoo.contract import Step
from zoo.plugs import AppRequest, QuantizeOptions
from zoo.tool import find_tool

TARGET = find_target("max78000")
LABELS = ("nothing", 'a "face"')
M4 = ("-mthumb", "-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard")
STRICT = ("-std=c99", "-O2", "-Wall", "-Wextra", "-Werror")
LINKED = ("--specs=picolibc.specs", "--oslib=semihost", "--crt0=semihost")
MEMORY = (
    "-Wl,--defsym=__flash=0,--defsym=__flash_size=0x400000",
    "-Wl,--defsym=__ram=0x20000000,--defsym=__ram_size=0x400000",
)
QEMU = ("qemu-system-arm", "-M", "mps2-an386", "-nographic", "-semihosting", "-kernel")


CLASSES = (Step("top_k", {"output": "logits", "count": 1, "labels": LABELS}),)


def request_of(post: tuple[Step, ...] = CLASSES) -> AppRequest:
    """Return that of a small network with two classes."""
    graph = layer_chain((4, 8), (3, 16), seed=3)
    contract = contract_of(graph, NORMALIZE)
    options = QuantizeOptions(calibrator="mse", correct_bias=False)
    integer = QUANTIZER.quantize(graph, AI8X, [pixel_feeds(graph, 4)], contract, options)
    artifact = COMPILER.lower(integer, TARGET, "ai8x")
    contract = replace(contract, post=post)
    return AppRequest("small", TARGET, contract, artifact.main, artifact.files)


def written(folder: Path) -> Path:
    files = MAX78000.backend.sources(request_of())
    for name, content in files.items():
        if name.startswith(("firmware/", "network/")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    return folder / "firmware"


def demand_tools() -> None:
    for tool in EXECUTOR.tools:
        if not find_tool(tool):
            pytest.skip(f"no {tool.name}; {tool.remedy} installs it")


def test_is_registered():
    assert registry.load("app", "max78000") is MAX78000


def test_a_contract_without_classes_has_no_firmware():
    files = MAX78000.backend.sources(request_of(post=()))
    assert "network/network.c" in files
    assert not [name for name in files if name.startswith("firmware/")]


def test_stubs_say_that_they_are_stubs(tmp_path):
    stubs = sorted((written(tmp_path) / "sdk_stubs").iterdir())
    assert [path.name for path in stubs] == ["board.h", "led.h", "mxc_device.h", "uart.h"]
    assert all(p.read_text().startswith("// Stub of the SDK's header, from ") for p in stubs)


def test_it_is_laid_out_like_written_by_hand(tmp_path):
    assert misplaced({p for p in written(tmp_path).rglob("*") if p.suffix in (".c", ".h")}) == ""


@pytest.mark.toolchain
def test_the_boards_sources_compile_without_warnings(tmp_path):
    demand_tools()
    source = written(tmp_path)
    words = (*M4, *STRICT, "--specs=picolibc.specs", f"-I{source}", f"-I{source / 'sdk_stubs'}")
    board = source / "board" / "device.c"
    call_compiler(["arm-none-eabi-gcc", *words, "-c", str(board), "-o", str(tmp_path / "o")], "it")


@pytest.mark.toolchain
def test_it_computes_what_the_accelerator_does(tmp_path):
    demand_tools()
    source, request = written(tmp_path), request_of()
    sources = [source / "firmware.c", source / "stand_in" / "device.c"]
    sources += (tmp_path / "network").glob("*.c")
    words = (*M4, *STRICT, *LINKED, *MEMORY, f"-I{source}", f"-I{tmp_path / 'network'}")
    program = tmp_path / "firmware.elf"
    call_compiler(["arm-none-eabi-gcc", *words, *map(str, sources), "-o", str(program)], "it")
    pixels = np.random.default_rng(0).integers(0, 256, (5, 16, 16, 3), np.uint8)
    (tmp_path / "pictures.bin").write_bytes(pixels.tobytes())
    run = subprocess.run(
        [*QEMU, str(program)],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=True,
    )
    first, *lines = (json.loads(line) for line in run.stdout.splitlines())
    digest = hashlib.sha256(request.artifact_files["network_weights.c"]).hexdigest()
    assert first == {"model": "small", "weights_sha256": digest}
    # `zoo flash` finds it.
    assert digest.encode() in program.read_bytes()
    for name, content in request.artifact_files.items():
        (tmp_path / "model" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "model" / name).write_bytes(content)
    accelerator = registry.load("executor", "ai8x").load(tmp_path / "model", request.artifact_main)
    wanted = accelerator.run(pixels.transpose(0, 3, 1, 2).astype(np.int64) - 128)
    records, lights = lines[1::2], lines[::2]
    np.testing.assert_array_equal([record["sums"] for record in records], wanted)
    assert [record["frame"] for record in records] == list(range(5))
    assert [record["label"] for record in records] == [LABELS[i] for i in wanted.argmax(1)]
    assert [light["led"] for light in lights] == list(wanted.argmax(1) > 0)
