"""Networks whose end runs on the CPU: where they are cut, and that both parts are proven."""

from dataclasses import replace

import numpy as np
import pytest
from build_graph import build_graph
from quantization import contract_of, samples

from compilers.hub import HUB
from compilers.quantize.ptq import QUANTIZER
from compilers.reference import run_graph
from compilers.schemes import DPU_POW2
from compilers.xmodel_tail.compiler import COMPILER
from compilers.xmodel_tail.executor import EXECUTOR, TAIL
from zoo import registry
from zoo.artifact import Exactness
from zoo.build.targets import find_target
from zoo.capability import find_capabilities
from zoo.errors import RefusedError, VerifyError
from zoo.graph import Graph, Node
from zoo.graph_parts import front_and_tail, joined
from zoo.plugs import QuantizeOptions
from zoo.proof.tail_proof import prove_parts

BOARD = find_target("kv260", "cpu-tail")
CONV = {"strides": (1, 1), "dilations": (1, 1), "group": 1, "pads": (1, 1, 1, 1)}
FLOAT = Exactness(1e-4, "relative", "float32")


def _detector() -> Graph:
    """Return two heads of one stem: boxes moved to rows, scores by a softmax; maps as they are."""
    random = np.random.default_rng(0)
    weights = {
        name: (random.standard_normal((8, channels, 3, 3)) / 4).astype(np.float32)
        for name, channels in (("stem", 3), ("box", 8), ("class", 8))
    }
    nodes = (
        Node("stem", "conv", ("x", "stem"), "s", {**CONV, "clamp": (0.0, float("inf"))}),
        Node("box", "conv", ("s", "box"), "maps", CONV),
        Node("class", "conv", ("s", "class"), "c", CONV),
        Node("turn", "transpose", ("maps",), "t", {"permutation": (0, 2, 3, 1)}),
        Node("rows", "reshape", ("t",), "boxes", {"shape": (30, 8)}),
        Node("softmax", "softmax", ("c",), "scores", {"axis": 1}),
    )
    outputs = ("boxes", "maps", "scores")
    return build_graph({"x": ("N", 3, 6, 5)}, nodes, outputs, weights)


def _quantized(graph: Graph) -> Graph:
    front, tail = front_and_tail(graph, COMPILER.cut(graph, BOARD))
    integer = QUANTIZER.quantize(
        front, DPU_POW2, samples(graph), contract_of(graph), QuantizeOptions("minmax", False)
    )
    return joined(integer, tail, graph.outputs)


@pytest.fixture
def graph() -> Graph:
    return _quantized(_detector())


@pytest.fixture
def folder(graph, tmp_path):
    for name, content in COMPILER.lower(graph, BOARD, "dpu-pow2").files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_the_tail_begins_at_the_first_op_that_the_dpu_lacks():
    assert COMPILER.cut(_detector(), BOARD) == ("maps", "c")
    found = find_capabilities(_detector(), BOARD)
    assert {c.node: c.runs_on for c in found} == {
        "stem": "DPU",
        "box": "DPU",
        "class": "DPU",
        "turn": "CPU",
        "rows": "CPU",
        "softmax": "CPU",
    }
    assert not any(c.why for c in found)


def test_a_hub_keeps_its_float_tail(graph):
    assert HUB.read(HUB.write(graph), "hub") == graph


def test_both_parts_compute_what_the_graph_does(graph, folder):
    run = EXECUTOR.load(folder, "model.quantized.xmodel")
    for feeds in samples(graph, count=3, seed=4):
        found, wanted = run(feeds), run_graph(graph, feeds)
        np.testing.assert_array_equal(found["maps"], wanted["maps"])
        for name in ("boxes", "scores"):
            np.testing.assert_allclose(found[name], wanted[name], rtol=1e-5, atol=1e-6)


def test_each_part_is_proven(graph, folder):
    file = folder / "model.quantized.xmodel"
    front, tail = prove_parts("xmodel_tail", file, graph, list(samples(graph)), FLOAT)
    assert front.step == "integer reference -> artifact, accelerator's part"
    assert (front.unit, front.largest, front.holds) == ("lsb", 0, True)
    assert tail.step == "float reference -> artifact, tail on the CPU"
    assert tail.holds


def test_another_tail_is_found_out(graph, folder):
    file = folder / "model.quantized.xmodel"
    other = HUB.read((folder / TAIL).read_bytes(), TAIL)
    nodes = [node.with_attributes(axis=2) if node.op == "softmax" else node for node in other.nodes]
    (folder / TAIL).write_bytes(HUB.write(other.replace(nodes)))
    _, tail = prove_parts("xmodel_tail", file, graph, list(samples(graph)), FLOAT)
    assert not tail.holds


def test_a_tail_of_other_outputs_is_told(graph, folder):
    other = HUB.read((folder / TAIL).read_bytes(), TAIL)
    softmax = [node for node in other.nodes if node.op == "softmax"]
    short = replace(other, inputs=("c",), outputs=("scores",), nodes=tuple(softmax))
    (folder / TAIL).write_bytes(HUB.write(short.replace(softmax)))
    with pytest.raises(VerifyError, match="output 'boxes' is absent"):
        list(
            prove_parts(
                "xmodel_tail",
                folder / "model.quantized.xmodel",
                graph,
                list(samples(graph)),
                FLOAT,
            )
        )


def test_a_network_of_the_dpu_alone_has_no_tail():
    graph = _detector()
    alone = replace(graph, outputs=("maps",), nodes=graph.nodes[:2]).replace(graph.nodes[:2])
    artifact = COMPILER.lower(_quantized(alone), BOARD, "dpu-pow2")
    assert TAIL not in artifact.files
    assert artifact.exactness.bound == 0


@pytest.mark.parametrize("ops", [("sigmoid",), ("sigmoid", "clip")])
def test_a_network_that_begins_on_the_cpu_is_refused(ops):
    names = ("x", *(f"v{index}" for index, _ in enumerate(ops)))
    attributes = {"sigmoid": {}, "clip": {"low": 0.0, "high": float("inf")}}
    nodes = [
        Node(op, op, (names[index],), names[index + 1], attributes[op])
        for index, op in enumerate(ops)
    ]
    graph = build_graph({"x": ("N", 3, 4, 4)}, nodes, names[-1:])
    with pytest.raises(RefusedError, match="the CPU reads its input 'x'; only the end of a"):
        COMPILER.cut(graph, BOARD)


def test_the_refusal_without_the_option_names_it():
    found = {c.node: c for c in find_capabilities(_detector(), find_target("kv260"))}
    assert found["softmax"].remedy.endswith("or let the CPU run it and what follows, by --cpu-tail")


def test_is_registered():
    assert registry.load("compiler", "xmodel_tail") is COMPILER
    assert registry.load("executor", "xmodel_tail") is EXECUTOR
