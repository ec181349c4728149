"""The compiled form for a stand-in of the DPU: AMD's VART finds its runner and runs it."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from quantization import pixel_feeds

from codegen.templates import TEMPLATES
from codegen.vart import DETECTOR_LIBRARY, LIBRARY
from compilers.reference import run_all
from compilers.xmodel.compiler import COMPILER
from compilers.xmodel.decode import decode
from compilers.xmodel.dpu import Dpu
from compilers.xmodel.partition import device_parts, fingerprints
from compilers.xmodel.stand_in import as_compiled, runner_name
from compilers.xmodel.xir import XirGraph, attributes_of
from zoo import registry
from zoo.graph import Graph

HERE = Path(__file__).parent


def test_inputs_and_outputs_are_integers_with_a_fix_point(compiled_file):
    graph = decode(compiled_file, "file")
    tensors = {op.name: op.tensor for op in graph.ops}
    for name in ("image_fix", "landmarks_fix"):
        assert tensors[name].dtype == "XINT8"
        assert tensors[name].attributes["fix_point"].value == 5


def test_the_dpus_part_names_its_runner_and_the_dpu(compiled_file):
    graph = decode(compiled_file, "file")
    (part,) = device_parts(graph, "DPU")
    assert part.attribute("runner")["run"] == runner_name("")
    assert part.attribute("dpu_name") == "DPUCZDX8G_ISA1_B4096"
    assert fingerprints(graph) == (0x101000056010407,)


def test_a_detectors_runner_can_be_loaded_beside_another(dpu_network):
    runners = set()
    for compiler in (COMPILER.for_part("network"), COMPILER.for_part("detector")):
        files = compiler.lower(dpu_network, registry.load("target", "kv260"), "dpu-pow2").files
        (part,) = device_parts(decode(files["stand_in/model.xmodel"], "file"), "DPU")
        runners.add(part.attribute("runner")["run"])
    assert runners == {LIBRARY, DETECTOR_LIBRARY}


def test_every_op_is_in_one_part(compiled_file):
    graph = decode(compiled_file, "file")
    listed = [name for part in graph.root.children for name in part.ops]
    assert sorted(listed) == sorted(op.name for op in graph.ops)


def test_an_output_that_is_read_inside_too_stays_real_inside(lowered: XirGraph):
    returning = {"return_ops": ("stem_fix", "landmarks_fix")}
    graph = as_compiled(replace(lowered, attributes=attributes_of(returning)), Dpu("DPU", 1, "3.5"))
    ops = {op.name: op for op in graph.ops}
    assert ops["stem_fix"].type == "float2fix"
    assert ops["joined"].arguments["input"] == ("stem_fix.reals", "residual")


@pytest.fixture
def artifact(dpu_network: Graph, tmp_path: Path) -> Path:
    """The folder with an artifact's files."""
    files = COMPILER.lower(dpu_network, registry.load("target", "kv260"), "dpu-pow2").files
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_vart_runs_it_exactly_as_the_reference(artifact, dpu_network):
    if shutil.which("g++") is None or not Path("/usr/include/vart/runner.hpp").exists():
        pytest.skip("no g++ or no libvart-dev: scripts/toolchains xmodel")
    folder = artifact / "stand_in"
    _build_runner(folder)
    flags = ("-std=c++17", "-O0", "-Wall", "-Wextra", "-Werror")
    libraries = ("-lvart-runner", "-lvart-mem-manager", "-lxir", "-lglog")
    program = artifact / "vart_run"
    source = HERE / "vart_run.cpp"
    subprocess.run(["g++", *flags, str(source), *libraries, "-o", str(program)], check=True)
    feeds = pixel_feeds(dpu_network, 1)
    wanted = run_all(dpu_network, feeds)
    _integers(wanted, dpu_network.nodes[0].output).tofile(folder / "input")
    done = subprocess.run(
        [str(program), str(folder / "model.xmodel"), str(folder / "input"), str(folder / "output")],
        env={"LD_LIBRARY_PATH": str(folder), "GLOG_minloglevel": "3"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[0].startswith("input image_fix XINT8 ")
    assert done.stdout.splitlines()[1].startswith("output landmarks_fix XINT8 ")
    found = np.fromfile(folder / "output", np.int8)
    np.testing.assert_array_equal(found, _integers(wanted, dpu_network.nodes[-1].inputs[0]))


def _integers(values: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Return a tensor as the DPU holds it, NHWC and flat."""
    array = values[name]
    return (array.transpose(0, 2, 3, 1) if array.ndim == 4 else array).ravel()


def _build_runner(folder: Path) -> None:
    """Compile the network's C sources and the runner for this machine."""
    objects = []
    for source in sorted(folder.glob("*.c")):
        objects.append(str(source.with_suffix(".o")))
        command = ["gcc", "-std=c99", "-O0", "-fPIC", "-c", str(source), "-o", objects[-1]]
        subprocess.run(command, check=True)
    runner = str(TEMPLATES / "stand_in" / "runner.cpp")
    output = ("-shared", "-fPIC", "-o", str(folder / LIBRARY))
    command = ["g++", "-std=c++17", "-O0", f"-I{folder}", runner, *objects, "-lxir", *output]
    subprocess.run(command, check=True)
