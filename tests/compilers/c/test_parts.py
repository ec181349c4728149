"""Several networks in one C program: no name clashes, and one memory for all."""

import ctypes
import subprocess
from pathlib import Path

import numpy as np
import pytest
from formatting import misplaced
from generated_c import TARGET
from host_compilers import CC
from networks import residual_network
from quantization import pixel_feeds, quantized

from compilers.c.compiler import COMPILER
from compilers.reference import run_graph
from compilers.schemes import W8A8_ASYM, W8A8_SYM
from zoo import registry
from zoo.artifact import Artifact
from zoo.graph import Graph

STRICT = ("-std=c99", "-O1", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-pedantic")
PARTS = {"network": W8A8_ASYM, "detector": W8A8_SYM}


def write(artifact: Artifact, folder: Path) -> Path:
    for name, content in artifact.files.items():
        (folder / name).write_bytes(content)
    return folder / artifact.main


@pytest.fixture(scope="module")
def graphs() -> dict[str, Graph]:
    """The same network by two schemes, so that every name would be there twice."""
    return {part: quantized(residual_network(), scheme) for part, scheme in PARTS.items()}


@pytest.fixture(scope="module")
def artifacts(graphs) -> dict[str, Artifact]:
    return {
        part: COMPILER.for_part(part).lower(graph, TARGET, "any") for part, graph in graphs.items()
    }


def test_files_begin_with_the_part(artifacts):
    for part, artifact in artifacts.items():
        assert artifact.main == f"{part}.json"
        assert {name[: len(part)] for name in artifact.files} == {part}


def test_a_network_alone_is_not_a_part(graphs):
    alone = COMPILER.lower(graphs["network"], TARGET, "any")
    assert b"static int32_t memory[" in alone.files["network.c"]
    assert not alone.memory.is_shared
    assert b'"part"' not in alone.files["network.json"]


@pytest.mark.parametrize("part", PARTS)
def test_a_part_computes_what_the_reference_does(graphs, artifacts, tmp_path, part):
    main = write(artifacts[part], tmp_path)
    feeds = pixel_feeds(graphs[part], 3)
    found = registry.load("executor", "c").load(main.parent, main.name)(feeds)
    for name, value in run_graph(graphs[part], feeds).items():
        np.testing.assert_array_equal(found[name], value, name)


CALLER = """
#include "detector.h"
#include "network.h"

#define LARGER(a, b) ((a) > (b) ? (a) : (b))

static int32_t memory[(LARGER(NETWORK_ARENA_BYTES, DETECTOR_ARENA_BYTES) + 3) / 4];

void both(const uint8_t* first, const int8_t* second, uint8_t* of_first, int8_t* of_second);

void both(const uint8_t* first, const int8_t* second, uint8_t* of_first, int8_t* of_second) {
  detector_run(memory, second, of_second);
  network_run(memory, first, of_first);
  detector_run(memory, second, of_second);
}
"""


@pytest.mark.toolchain
def test_two_networks_link_and_share_the_larger_memory(graphs, artifacts, tmp_path):
    for artifact in artifacts.values():
        write(artifact, tmp_path)
    assert misplaced(tmp_path.glob("*.[ch]")) == ""
    (tmp_path / "both.c").write_text(CALLER)
    library = tmp_path / "both.so"
    sources = sorted(tmp_path.glob("*.c"))
    subprocess.run([CC, *STRICT, "-shared", "-fPIC", *sources, "-o", library], check=True)
    names = subprocess.run(["nm", "-g", "--defined-only", library], capture_output=True, check=True)
    defined = {line.split()[-1] for line in names.stdout.decode().splitlines()}
    own = {name for name in defined if name.startswith(tuple(PARTS))}
    assert {"network_run", "detector_run"} < own
    assert defined - own <= {"both", "_init", "_fini"}
    signed = np.random.default_rng(0).integers(-128, 128, (6, 6, 3)).astype(np.int8)
    pixels = {"network": signed.view(np.uint8), "detector": signed}
    found = {part: np.empty(10, array.dtype) for part, array in pixels.items()}
    arrays = (
        array.ctypes.data_as(ctypes.c_void_p) for of in (pixels, found) for array in of.values()
    )
    ctypes.CDLL(str(library)).both(*arrays)
    for part, graph in graphs.items():
        np.testing.assert_array_equal(found[part], integers_of(graph, pixels[part]), part)


def integers_of(graph: Graph, pixels: np.ndarray) -> np.ndarray:
    """Return the integers of the only output for those of the only input, [H, W, C]."""
    ((_, source),), ((name, output),) = graph.border.inputs.items(), graph.border.outputs.items()
    levels = pixels.astype(np.float32).transpose(2, 0, 1)[None] - source.quantization.zero_point[0]
    real = run_graph(graph, {graph.inputs[0]: levels * np.float32(source.quantization.scale[0])})
    scale, zero_point = output.quantization.scale[0], output.quantization.zero_point[0]
    return np.rint(real[name][0] / np.float32(scale)) + zero_point
