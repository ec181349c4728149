"""A small network as an .xmodel, and AMD's real library where it is installed."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from made_once import made_once
from networks import residual_network
from quantization import quantized

from compilers.schemes import DPU_POW2
from compilers.xmodel.dpu import Dpu
from compilers.xmodel.encode import encode
from compilers.xmodel.lower import lower
from compilers.xmodel.stand_in import as_compiled
from compilers.xmodel.xir import XirGraph
from zoo.graph import Graph

DPU = Dpu("DPUCZDX8G_ISA1_B4096", 0x101000056010407, "3.0 or 3.5")


@pytest.fixture(scope="session")
def network() -> Graph:
    """A residual network of scheme dpu-pow2."""
    return quantized(residual_network(), DPU_POW2)


@pytest.fixture(scope="session")
def dpu_network() -> Graph:
    """The same without its clip behind a concat, for which the DPU has no form."""
    graph = residual_network()
    nodes = [
        replace(node, inputs=("joined",)) if node.output == "pooled" else node
        for node in graph.nodes
        if node.op != "clip"
    ]
    return quantized(graph.replace(nodes), DPU_POW2)


@pytest.fixture(scope="session")
def lowered(network: Graph) -> XirGraph:
    """The same as a quantized file's value."""
    return lower(network)


@pytest.fixture(scope="session")
def quantized_file(lowered: XirGraph) -> bytes:
    """The quantized file."""
    return encode(lowered)


@pytest.fixture(scope="session")
def compiled_file(lowered: XirGraph) -> bytes:
    """The file in the form of a compiled one, for the stand-in of the DPU."""
    return encode(as_compiled(lowered, DPU))


@pytest.fixture(scope="session")
def xir_check(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program that compares a file with what the real XIR knows."""
    if shutil.which("g++") is None or not Path("/usr/include/xir/graph/graph.hpp").exists():
        pytest.skip("no g++ or no libxir-dev: scripts/toolchains xmodel")
    source = Path(__file__).with_name("xir_check.cpp")

    def make(folder: Path) -> None:
        flags = ("-std=c++17", "-O0", "-Wall", "-Wextra", "-Werror")
        program = ("-o", str(folder / "xir_check"))
        subprocess.run(["g++", *flags, str(source), "-lxir", "-lglog", *program], check=True)

    return made_once(tmp_path_factory, "xir_check", make) / "xir_check"
