"""The same C on other processors, under emulation: the same outputs to the bit.

Compilers and emulators: `scripts/toolchains mcu`.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from generated_c import write_c
from networks import residual_network
from quantization import quantized

from compilers.op_parts.arithmetic import dequantize
from compilers.reference import run_all
from compilers.schemes import DPU_POW2, W8A8_ASYM
from zoo.graph import Graph

pytestmark = pytest.mark.toolchain

CPUS = Path(__file__).with_name("cpus")
FREESTANDING = ("-ffreestanding", "-nostdlib", "-fno-tree-loop-distribute-patterns")


@dataclass(frozen=True)
class Cpu:
    """How to compile for a processor and to run the program, whose path follows `emulator`."""

    compiler: tuple[str, ...]
    platform: str
    emulator: tuple[str, ...]
    libraries: tuple[str, ...] = ()


MPS2 = ("qemu-system-arm", "-M", "mps2-an386", "-nographic", "-semihosting", "-kernel")
CORTEX_M4 = ("-mcpu=cortex-m4", "-mthumb", "-T", str(CPUS / "cortex_m4.ld"))
MPS3 = ("qemu-system-arm", "-M", "mps3-an547", "-nographic", "-semihosting", "-kernel")
CORTEX_M55 = ("-mcpu=cortex-m55", "-mfloat-abi=hard", "-T", str(CPUS / "cortex_m55.ld"))
AARCH64 = ("aarch64-linux-gnu-gcc", "-O3", "-static")
OTHERS = {
    "x86": Cpu(("gcc", "-O1", "-static"), "linux", ()),
    "x86 Nehalem": Cpu(("gcc", "-O2", "-static"), "linux", ("qemu-x86_64", "-cpu", "Nehalem")),
    "x86 Haswell": Cpu(("gcc", "-O2", "-static"), "linux", ("qemu-x86_64", "-cpu", "Haswell")),
    "cortex-a53": Cpu(AARCH64, "linux", ("qemu-aarch64", "-cpu", "cortex-a53")),
    "cortex-a76": Cpu(AARCH64, "linux", ("qemu-aarch64", "-cpu", "cortex-a76")),
    "cortex-m4": Cpu(
        ("arm-none-eabi-gcc", "-O2", *CORTEX_M4, *FREESTANDING), "cortex_m4", MPS2, ("-lgcc",)
    ),
    "cortex-m55": Cpu(
        ("arm-none-eabi-gcc", "-O2", *CORTEX_M55, *FREESTANDING), "cortex_m4", MPS3, ("-lgcc",)
    ),
    "riscv32": Cpu(
        ("riscv64-unknown-elf-gcc", "-O2", "-march=rv32imc", "-mabi=ilp32", *FREESTANDING),
        "riscv32",
        ("qemu-riscv32",),
        ("-lgcc", "-Wl,--no-relax"),  # nobody sets the global pointer
    ),
}


def hash_of(values: np.ndarray) -> str:
    """Return what check.c prints (FNV-1a, 32 bits)."""
    result = 2166136261
    for byte in values.tobytes():
        result = (result ^ byte) * 16777619 % 2**32
    return f"{result:08x}"


def expected(graph: Graph) -> str:
    """Return the hash of the reference's outputs for the inputs that check.c makes."""
    (name,), (output,) = graph.inputs, graph.outputs
    stored = graph.tensors[graph.consumers(name)[0].output]
    channels, height, width = (int(size) for size in stored.shape[1:])
    state, values = 1, []
    for _ in range(channels * height * width):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append(state >> 24)
    hwc = np.array(values, np.uint8).view(stored.dtype).reshape(1, height, width, channels)
    feeds = {name: dequantize(hwc.transpose(0, 3, 1, 2), stored.quantization)}
    return hash_of(run_all(graph, feeds)[graph.producer(output).inputs[0]])


@pytest.mark.parametrize("channels", [4, 40])
@pytest.mark.parametrize("scheme", [W8A8_ASYM, DPU_POW2], ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("name", OTHERS)
def test_same_outputs(name, scheme, channels, tmp_path):
    cpu = OTHERS[name]
    for tool in (cpu.compiler[0], *cpu.emulator[:1]):
        if shutil.which(tool) is None:
            pytest.skip(f"no {tool}; scripts/toolchains mcu installs it")
    graph = quantized(residual_network(channels, size=9), scheme)
    write_c(graph, tmp_path)
    element = "uint8_t" if scheme is W8A8_ASYM else "int8_t"
    sources = [*tmp_path.glob("*.c"), CPUS / "check.c", CPUS / f"{cpu.platform}.c"]
    command = [*cpu.compiler, "-std=c99", f"-DELEMENT={element}", f"-I{tmp_path}"]
    program = tmp_path / "program"
    subprocess.run([*command, *sources, *cpu.libraries, "-o", program], check=True)
    # A Cortex-M's semihosting writes to the emulator's stderr, where emulators also warn.
    run = subprocess.run(
        [*cpu.emulator, str(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    assert run.stdout.split()[-1] == expected(graph)
