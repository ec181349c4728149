"""AMD's own library as a witness: it reads what we write, and refuses what is broken."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from dpu_graphs import dpu_graphs
from hypothesis import given, settings
from quantization import quantized, samples

from compilers.reference import run_graph
from compilers.schemes import DPU_POW2
from compilers.xmodel.decode import decode
from compilers.xmodel.dpu import Dpu
from compilers.xmodel.encode import encode
from compilers.xmodel.executor import XmodelRun
from compilers.xmodel.lower import lower
from compilers.xmodel.stand_in import as_compiled
from compilers.xmodel.xir import XirAttribute, XirGraph, XirOp, XirSubgraph, attributes_of
from zoo.graph import Graph, Node, Tensor

ENVIRONMENT = {"GLOG_minloglevel": "3", "PATH": "/usr/bin:/bin"}


def _check(program: Path, content: bytes, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "file.xmodel"
    file.write_bytes(content)
    command = [str(program), str(file), str(folder / "copy.xmodel")]
    return subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)


@pytest.mark.parametrize("kind", ["quantized_file", "compiled_file"])
def test_xir_finds_nothing_wrong(xir_check, kind, request, tmp_path):
    done = _check(xir_check, request.getfixturevalue(kind), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("problems 0\n")


@pytest.mark.parametrize("kind", ["quantized_file", "compiled_file"])
def test_what_xir_has_read_it_writes_with_the_same_content(xir_check, kind, request, tmp_path):
    content = request.getfixturevalue(kind)
    _check(xir_check, content, tmp_path)
    ours, theirs = decode(content, "ours"), decode((tmp_path / "copy.xmodel").read_bytes(), "copy")
    assert _by_name(theirs) == _by_name(ours)
    assert _sorted(theirs.root) == _sorted(ours.root)
    assert (theirs.name, theirs.attributes) == (ours.name, ours.attributes)


def _by_name(graph: XirGraph) -> dict[str, XirOp]:
    return {op.name: op for op in graph.ops}


def _sorted(part: XirSubgraph) -> XirSubgraph:
    """Return the subgraph with its ops in order of names: XIR keeps them as a set."""
    children = tuple(sorted(map(_sorted, part.children), key=lambda child: child.name))
    return replace(part, ops=tuple(sorted(part.ops)), children=children)


def test_xir_knows_every_form(xir_check, tmp_path_factory):
    @given(dpu_graphs())
    @settings(max_examples=15)
    def check(graph):
        lowered = lower(graph)
        for file in (lowered, as_compiled(lowered, Dpu("DPU", 1, "3.5"))):
            done = _check(xir_check, encode(file), tmp_path_factory.mktemp("form"))
            assert (done.returncode, done.stderr) == (0, "")

    check()


@pytest.mark.parametrize("op", ["add", "mul"])
@pytest.mark.parametrize("shape", [(), (5,), (4, 1), (3, 1, 1), (1, 3, 4, 5), (1, 3, 1, 1)])
def test_constants_broadcast_as_in_the_graph(xir_check, op, shape, tmp_path):
    data = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    tensors = {name: Tensor(name, ("N", 3, 4, 5), layout="NCHW") for name in ("x", "y")}
    constant = Tensor("c", shape, data=np.asarray(data))
    node = Node("node", op, ("x", "c"), "y")
    graph = Graph("one", ("x",), ("y",), {**tensors, "c": constant}, (node,))
    integer = quantized(graph, DPU_POW2)
    lowered = lower(integer)
    feeds = next(samples(integer))
    found, wanted = XmodelRun(lowered, "file")(feeds), run_graph(integer, feeds)
    np.testing.assert_array_equal(found["y"], wanted["y"])
    done = _check(xir_check, encode(lowered), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def _changed(graph: XirGraph, name: str, **changes: object) -> XirGraph:
    ops = tuple(replace(op, **changes) if op.name == name else op for op in graph.ops)
    return replace(graph, ops=ops)


def _shape(graph: XirGraph) -> XirGraph:
    stem = _by_name(graph)["stem"]
    return _changed(graph, "stem", tensor=replace(stem.tensor, shape=(1, 6, 6, 5)))


def _attribute_kind(graph: XirGraph) -> XirGraph:
    fix = _by_name(graph)["stem_fix"]
    attributes = {**fix.attributes, "fix_point": XirAttribute.of(4.0)}
    return _changed(graph, "stem_fix", attributes=attributes)


def _no_attribute(graph: XirGraph) -> XirGraph:
    return _changed(graph, "joined", attributes={})


def _unknown_op(graph: XirGraph) -> XirGraph:
    return _changed(graph, "stem", type="relu_x")


def _unknown_argument(graph: XirGraph) -> XirGraph:
    conv = _by_name(graph)["stem.conv2d"]
    arguments = {"weight": conv.arguments["weights"], "input": conv.arguments["input"]}
    return _changed(graph, "stem.conv2d", arguments=arguments)


def _consumers_first(graph: XirGraph) -> XirGraph:
    return replace(graph, ops=graph.ops[::-1])


BREAKS: dict[str, Callable[[XirGraph], XirGraph]] = {
    "shape": _shape,
    "attribute of another kind": _attribute_kind,
    "missing attribute": _no_attribute,
    "unknown op": _unknown_op,
    "misspelt argument": _unknown_argument,
    "order": _consumers_first,
}


@pytest.mark.parametrize("case", BREAKS)
def test_xir_refuses_broken_files(xir_check, lowered, case, tmp_path):
    done = _check(xir_check, encode(BREAKS[case](lowered)), tmp_path)
    assert done.returncode != 0


def test_xir_does_not_notice_a_constant_of_the_wrong_length(xir_check, lowered, tmp_path):
    """Hence our own check."""
    weight = _by_name(lowered)["stem.weight"]
    attributes = {**weight.attributes, **attributes_of({"data": b"\0" * 4})}
    broken = _changed(lowered, "stem.weight", attributes=attributes)
    assert _check(xir_check, encode(broken), tmp_path).returncode == 0


def test_its_command_line_tool_prints_the_file(quantized_file, tmp_path):
    if shutil.which("xir") is None:
        pytest.skip("no xir: apt install libxir-utils")
    (tmp_path / "file.xmodel").write_bytes(quantized_file)
    done = subprocess.run(
        ["xir", "dump_txt", str(tmp_path / "file.xmodel")],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=True,
    )
    for word in ('op_name: "stem.conv2d"', 'op_type: "conv2d"', '"DPU_ROUND"', '"landmarks_fix"'):
        assert word in done.stdout
