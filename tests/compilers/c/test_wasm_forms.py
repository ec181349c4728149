"""The kernels' form for WebAssembly computes what the reference computes, to the bit, in Node."""

import subprocess
import sys
from pathlib import Path

import pytest
from every_op import PAIRS, every_layer, every_op
from generated_c import TARGET, assert_exact, write_c
from layer_shapes import SCALES, layers
from networks import residual_network
from quantization import quantized
from random_graphs import random_feeds
from wasm_tools import missing_for_wasm

from compilers.c.compiler import CCompiler
from compilers.reference import run_graph
from compilers.schemes import W8A8_ASYM
from zoo import registry
from zoo.errors import VerifyError

pytestmark = [
    pytest.mark.toolchain,
    pytest.mark.skipif(bool(missing_for_wasm()), reason=missing_for_wasm()),
]

WARNINGS = ("-pedantic", "-Wall", "-Wextra", "-Werror", "-Wconversion", "-Wshadow")


@pytest.mark.parametrize("scales", SCALES)
def test_layers_of_many_shapes_are_exact(scales):
    assert_exact(layers(*SCALES[scales]), executor="c-wasm")


@pytest.mark.parametrize("pair", ["u8", "s8 to u8", "u8 to s8"])
def test_every_op_is_exact(pair):
    assert_exact(every_op(pair), executor="c-wasm")


@pytest.mark.parametrize("pair", ["u8", "s8 to u8"])
def test_packed_weights_are_exact(pair):
    assert_exact(every_layer(pair, 4), executor="c-wasm")


@pytest.mark.parametrize("pair", PAIRS)
def test_the_form_compiles_without_warnings(pair, tmp_path):
    write_c(every_op(pair), tmp_path)
    compile_kernels(tmp_path, *WARNINGS, "-Wno-unused-command-line-argument")


def test_the_form_is_taken(tmp_path):
    write_c(every_op("u8"), tmp_path)
    header = tmp_path / "network_simd128.h"
    header.write_text(header.read_text() + "#error taken\n")
    with pytest.raises(subprocess.CalledProcessError) as failed:
        compile_kernels(tmp_path)
    assert "error: taken" in failed.value.stderr


def test_the_caller_of_a_part_provides_its_memory(tmp_path):
    graph = quantized(residual_network(), W8A8_ASYM)
    artifact = CCompiler("detector").lower(graph, TARGET, "any")
    for name, content in artifact.files.items():
        (tmp_path / name).write_bytes(content)
    feeds = random_feeds(graph, seed=0)
    found = registry.load("executor", "c-wasm").load(tmp_path, artifact.main)(feeds)
    for name, values in run_graph(graph, feeds).items():
        assert (found[name] == values).all()


def test_a_network_that_traps_is_told(tmp_path):
    graph = quantized(residual_network(), W8A8_ASYM)
    main = write_c(graph, tmp_path)
    source = tmp_path / "network.c"
    begin = "  uint8_t* const arena"
    source.write_text(source.read_text().replace(begin, f"  __builtin_trap();\n{begin}"))
    run = registry.load("executor", "c-wasm").load(tmp_path, main.name)
    with pytest.raises(VerifyError, match="node: the network ended with"):
        run(random_feeds(graph, seed=0))


def compile_kernels(folder: Path, *flags: str) -> None:
    zig = (sys.executable, "-m", "ziglang", "cc")
    target = ("-target", "wasm32-freestanding", "-std=c99", "-msimd128", "-c")
    output = ("-o", folder / "kernels.o")
    subprocess.run(
        [*zig, *target, *flags, folder / "network_kernels.c", *output],
        check=True,
        capture_output=True,
        text=True,
    )
