"""What generated C looks like: standard, without warnings, formatted, the same every time."""

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from every_op import PAIRS, every_layer, every_op
from formatting import misplaced
from generated_c import to_c, write_c
from host_compilers import CC, CXX
from networks import residual_network
from one_node import OneNode, activation
from quantization import quantized

from compilers.schemes import DPU_POW2, KPU_U8, W4A8_ASYM, W8A8_ASYM, W8A16_ASYM
from zoo.graph import Quantization, Tensor

GRID = Quantization((0.05,), (3,), signed=False)
GRID_W = Quantization((0.01,), (0,))
WEIGHT = np.ones((16, 1, 3, 3), np.int8)
STRICT = ("-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-Wconversion", "-Wshadow")


@pytest.mark.toolchain
@pytest.mark.parametrize("pair", [*PAIRS, "u16 to u8", "s8 to s16"])
def test_kernels_compile_without_warnings_and_are_formatted(pair, tmp_path):
    write_c(every_op(pair), tmp_path)
    check_warnings(tmp_path)
    # The network itself has more arguments than clang-format can weigh.
    assert misplaced(tmp_path.glob("network_[adkmnrsx]*.[ch]")) == ""


@pytest.mark.toolchain
@pytest.mark.parametrize(
    "scheme", [W8A8_ASYM, W4A8_ASYM, W8A16_ASYM, DPU_POW2, KPU_U8], ids=lambda scheme: scheme.name
)
def test_networks_compile_without_warnings_and_are_formatted(scheme, tmp_path):
    write_c(quantized(residual_network(), scheme), tmp_path)
    check_warnings(tmp_path)
    assert misplaced(tmp_path.glob("*.[ch]")) == ""


@pytest.mark.toolchain
@pytest.mark.parametrize("pair", [*PAIRS, "u16 to u8", "s16 to u16"])
def test_kernels_of_packed_weights_compile_without_warnings_and_are_formatted(pair, tmp_path):
    write_c(every_layer(pair, 4), tmp_path)
    check_warnings(tmp_path)
    assert misplaced(tmp_path.glob("network_[adkmnsx]*.[ch]")) == ""


@pytest.mark.toolchain
def test_a_network_of_one_kernel_compiles_without_warnings(tmp_path):
    layer = OneNode(
        "conv",
        (activation(("N", 16, 9, 9), GRID), Tensor("w", (16, 1, 3, 3), "int8", "", GRID_W, WEIGHT)),
        {"strides": (1, 1), "pads": (1, 1, 1, 1), "dilations": (1, 1), "group": 16},
        GRID,
    )
    write_c(layer.graph, tmp_path)
    check_warnings(tmp_path)


def check_warnings(folder: Path, *flags: str) -> None:
    threads = "-DNETWORK_THREADS"  # more code, of the same
    command = [CC, *STRICT, threads, *flags, "-fsyntax-only", *sorted(folder.glob("*.c"))]
    subprocess.run(command, check=True)


@pytest.mark.toolchain
def test_the_header_is_cpp_too(tmp_path):
    write_c(quantized(residual_network(), W8A8_ASYM), tmp_path)
    source = tmp_path / "user.cpp"
    source.write_text('#include "network.h"\nstatic_assert(NETWORK_INPUT_SIZE == 108, "");\n')
    subprocess.run([CXX, "-Wall", "-Werror", "-fsyntax-only", source], check=True)


def test_nothing_but_integers_and_no_library():
    files = to_c(every_op("u8 to s8")).files
    text = b"\n".join(files[name] for name in files if name.endswith(".c")).decode()
    code = re.sub(r"//.*", "", text)
    assert not re.search(r"\b(float|double|malloc|free|memcpy|memset|printf)\b", code)
    headers = {"<stdint.h>", *(f'"{name}"' for name in files if name.endswith(".h"))}
    assert set(re.findall(r"#include (.*)", text)) <= headers


def test_same_graph_same_bytes():
    graph = every_op("u8")
    assert to_c(graph) == to_c(graph)


def test_each_node_is_named_at_its_call():
    graph = quantized(residual_network(), W8A8_ASYM)
    source = to_c(graph).files["network.c"].decode()
    calls = source[source.index("void network_run") :]
    for node in graph.nodes:
        if node.op not in ("quantize", "dequantize", "reshape"):
            assert f"// {node.name}: {node.op}, [" in calls
