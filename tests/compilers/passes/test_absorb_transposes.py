"""Transposes around element-wise ops, behind a network's input."""

import numpy as np
import onnx
import pytest

from compilers.hub.read import read
from compilers.passes.absorb_transposes import absorb_transposes
from compilers.passes.verify import verify
from compilers.reference import run_graph

X = np.random.default_rng(0).normal(0, 1, (2, 3, 4, 5)).astype(np.float32)
HEADER = '<ir_version: 8, opset_import: ["" : 17]>'
ROWS = ",".join(map(str, range(12)))
THERE, BACK = "<perm = [0, 2, 3, 1]>", "<perm = [0, 3, 1, 2]>"


def graph_of(body, outputs="float[N,C,H,W] y"):
    text = f"""{HEADER} net (float[N,3,4,5] x) => ({outputs})
    <float[3] c = {{1, 2, 3}}, float[4,1,3] rows = {{{ROWS}}}, float one = {{1}}>
    {{ {body} }}"""
    return read(onnx.parser.parse_model(text).SerializeToString(), "net.onnx")


ABSORBED = {
    "a factor for each channel": f"t = Transpose {THERE} (x) \n m = Mul (t, c) \n "
    f"y = Transpose {BACK} (m)",
    "a constant of three axes, first": f"t = Transpose {THERE} (x) \n m = Sub (rows, t) \n "
    f"y = Transpose {BACK} (m)",
    "a number, a function, a clamp": f"t = Transpose {THERE} (x) \n m = Add (t, one) \n "
    f"r = Relu (m) \n e = Sigmoid (r) \n u = Transpose {BACK} (e) \n y = Mul (u, one)",
}


@pytest.mark.parametrize("case", ABSORBED)
def test_pairs_are_absorbed(case):
    graph = graph_of(ABSORBED[case])
    absorbed = absorb_transposes(graph)
    verify(absorbed, "absorb_transposes")
    assert "transpose" not in {node.op for node in absorbed.nodes}
    expected = run_graph(graph, {"x": X})["y"]
    np.testing.assert_array_equal(run_graph(absorbed, {"x": X})["y"], expected)
    assert absorb_transposes(absorbed) is absorbed


KEPT = {
    "no inverse": f"t = Transpose {THERE} (x) \n m = Mul (t, c) \n y = Transpose {THERE} (m)",
    "no second": f"t = Transpose {THERE} (x) \n y = Mul (t, c)",
    "two readers": f"t = Transpose {THERE} (x) \n m = Mul (t, c) \n n = Transpose {BACK} (m) \n "
    f"s = Sigmoid (m) \n u = Transpose {BACK} (s) \n y = Add (n, u)",
    "two activations": f"t = Transpose {THERE} (x) \n m = Mul (t, t) \n y = Transpose {BACK} (m)",
    "an op along an axis": f"t = Transpose {THERE} (x) \n m = Softmax (t) \n "
    f"y = Transpose {BACK} (m)",
}


@pytest.mark.parametrize("case", KEPT)
def test_others_are_kept(case):
    graph = graph_of(KEPT[case])
    assert absorb_transposes(graph) is graph


def test_what_is_an_output_is_kept():
    body = f"t = Transpose {THERE} (x) \n m = Mul (t, c) \n y = Transpose {BACK} (m)"
    graph = graph_of(body, "float[N,C,H,W] y, float[N,H,W,C] m")
    assert absorb_transposes(graph) is graph


def test_a_constant_that_others_read_stays_as_it_is():
    graph = graph_of(
        f"t = Transpose {THERE} (x) \n m = Mul (t, c) \n u = Transpose {BACK} (m) \n "
        f"v = Transpose {THERE} (u) \n y = Add (v, c)"
    )
    absorbed = absorb_transposes(graph)
    assert [node.op for node in absorbed.nodes] == ["mul", "transpose", "add"]
    expected = run_graph(graph, {"x": X})["y"]
    np.testing.assert_array_equal(run_graph(absorbed, {"x": X})["y"], expected)
