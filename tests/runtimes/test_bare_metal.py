"""Generated C on emulated processors without an operating system."""

import json

import numpy as np
import pytest
from generated_c import write_c
from networks import residual_network
from quantization import quantized

from compilers.schemes import AI8X, W8A8_ASYM
from runtimes import bare_metal
from runtimes.executors import c_cortex_m4, c_cortex_m55, c_rv64
from zoo import registry
from zoo.errors import ToolchainError, VerifyError
from zoo.tool import find_tool

pytestmark = pytest.mark.toolchain

SOURCE = """
#include "network.h"
void network_run(const uint8_t* image, int8_t* sums, uint8_t* first, int32_t* large) {
  for (int c = 0; c < 2; ++c) {
    sums[c] = 0;
    for (int pixel = 0; pixel < 3; ++pixel) sums[c] += image[2 * pixel + c];
  }
  first[0] = image[0];
  large[0] = 1000000 * image[5];
}
"""
HEADER = """
#include <stdint.h>
void network_run(const uint8_t* image, int8_t* sums, uint8_t* first, int32_t* large);
"""


@pytest.fixture(
    params=[c_rv64.EXECUTOR, c_cortex_m4.EXECUTOR, c_cortex_m55.EXECUTOR],
    ids=lambda found: found.name,
)
def executor(request):
    for tool in request.param.tools:
        if not find_tool(tool):
            pytest.skip(f"no {tool.name}; {tool.remedy} installs it")
    return request.param


@pytest.fixture
def folder(tmp_path):
    """Return a program: sums of the channels of [2, 1, 3], its first pixel, and a large number."""
    fact = {"ctype": "uint8_t", "scale": 1.0, "zero_point": 0, "rounding": "half_even"}
    facts = {
        "inputs": [{**fact, "name": "image", "shape": [2, 1, 3]}],
        "outputs": [
            {**fact, "name": "sums", "shape": [2], "ctype": "int8_t"},
            {**fact, "name": "first", "shape": [1]},
            {**fact, "name": "large", "shape": [1], "ctype": "int32_t"},
        ],
    }
    (tmp_path / "network.json").write_text(json.dumps(facts))
    (tmp_path / "network.c").write_text(SOURCE)
    (tmp_path / "network.h").write_text(HEADER)
    return tmp_path


def test_is_registered(executor):
    assert registry.load("executor", executor.name) is executor


def test_samples_and_outputs_stay_apart(executor, folder):
    image = np.array([[1, 2, 3], [40, 50, 60]], np.float32).reshape(1, 2, 1, 3)
    outputs = executor.load(folder, "network.json")({"image": np.concatenate([image, image + 1])})
    np.testing.assert_array_equal(outputs["sums"], [[6, 150 - 256], [9, 153 - 256]])
    np.testing.assert_array_equal(outputs["first"], [[1], [2]])
    np.testing.assert_array_equal(outputs["large"], [[60_000_000], [61_000_000]])


@pytest.mark.parametrize("scheme", [W8A8_ASYM, AI8X], ids=lambda scheme: scheme.name)
def test_a_network_gives_the_bytes_of_this_machine(executor, tmp_path, scheme):
    graph = quantized(residual_network(), scheme)
    write_c(graph, tmp_path)
    (name,) = graph.inputs
    shape = (3, *graph.tensors[name].shape[1:])
    image = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
    found = executor.load(tmp_path, "network.json")({name: image})
    wanted = registry.load("executor", "c").load(tmp_path, "network.json")({name: image})
    assert found.keys() == wanted.keys()
    for output, values in wanted.items():
        np.testing.assert_array_equal(found[output], values)


def test_a_compiler_that_fails_says_why(executor, folder):
    (folder / "network.c").write_text("int network_run(void) { return nothing; }")
    with pytest.raises(ToolchainError, match=r"(?s)^\S+-gcc: failed on .*'nothing'"):
        executor.load(folder, "network.json")


def test_a_network_that_fails_is_told(executor, folder):
    (folder / "network.c").write_text(
        '#include "network.h"\n#include <stdlib.h>\n'
        "void network_run(const uint8_t* i, int8_t* s, uint8_t* f, int32_t* l) "
        "{ (void)i; (void)s; (void)f; (void)l; exit(7); }"
    )
    run = executor.load(folder, "network.json")
    with pytest.raises(VerifyError, match=r"^qemu-system-\w+: the network ended with status"):
        run({"image": np.zeros((1, 2, 1, 3))})


def test_a_missing_tool_names_its_installation(executor, folder, monkeypatch):
    monkeypatch.setattr(bare_metal.shutil, "which", lambda _: None)
    with pytest.raises(ToolchainError, match=f"on the PATH; {executor.tools[0].remedy}$"):
        executor.load(folder, "network.json")
