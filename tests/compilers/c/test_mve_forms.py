"""The kernels' form for MVE computes what the reference computes, to the bit, on a Cortex-M55."""

import subprocess
from pathlib import Path

import pytest
from every_op import PAIRS, every_layer, every_op
from generated_c import assert_exact, write_c
from layer_shapes import SCALES, layers

from runtimes.executors.c_cortex_m55 import EXECUTOR
from zoo.tool import find_tool

MISSING = next((tool for tool in EXECUTOR.tools if not find_tool(tool)), None)
REASON = f"no {MISSING.name}; {MISSING.remedy} installs it" if MISSING else ""
pytestmark = [pytest.mark.toolchain, pytest.mark.skipif(bool(MISSING), reason=REASON)]

WARNINGS = ("-pedantic", "-Wall", "-Wextra", "-Werror", "-Wconversion", "-Wshadow")


@pytest.mark.parametrize("scales", SCALES)
def test_layers_of_many_shapes_are_exact(scales):
    assert_exact(layers(*SCALES[scales]), executor=EXECUTOR.name)


@pytest.mark.parametrize("pair", ["u8", "s8 to u8", "u8 to s8"])
def test_every_op_is_exact(pair):
    assert_exact(every_op(pair), executor=EXECUTOR.name)


@pytest.mark.parametrize("pair", ["u8", "s8 to u8"])
def test_packed_weights_are_exact(pair):
    assert_exact(every_layer(pair, 4), executor=EXECUTOR.name)


@pytest.mark.parametrize("pair", PAIRS)
def test_the_form_compiles_without_warnings(pair, tmp_path):
    write_c(every_op(pair), tmp_path)
    compile_kernels(tmp_path, *WARNINGS)


@pytest.mark.parametrize("pair", ["u8", "s8 to u8"])
def test_it_compiles_without_warnings_beside_packed_weights(pair, tmp_path):
    write_c(every_layer(pair, 4), tmp_path)
    compile_kernels(tmp_path, *WARNINGS)


def test_the_form_is_taken(tmp_path):
    write_c(every_op("u8"), tmp_path)
    header = tmp_path / "network_mve.h"
    header.write_text(header.read_text() + "#error taken\n")
    with pytest.raises(subprocess.CalledProcessError) as failed:
        compile_kernels(tmp_path)
    assert "error: #error taken" in failed.value.stderr


def compile_kernels(folder: Path, *flags: str) -> None:
    compiler = ("arm-none-eabi-gcc", "-std=c99", "-O2", "-mcpu=cortex-m55", "-mfloat-abi=hard")
    output = ("-c", folder / "network_kernels.c", "-o", folder / "kernels.o")
    subprocess.run([*compiler, *flags, *output], check=True, capture_output=True, text=True)
