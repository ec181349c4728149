"""The forms of Gelu that exporters write become one node."""

import numpy as np
import onnx
import pytest
from onnx_runtime import run_onnx

from compilers.hub import read
from compilers.reference import run_graph

FORMS = {
    "PyTorch": "d = Div (x, root) e = Erf (d) a = Add (e, one) m = Mul (x, a) y = Mul (m, half)",
    "half first": "d = Div (x, root) h = Mul (half, x) e = Erf (d) a = Add (one, e) y = Mul (h, a)",
    "half inside": "d = Div (x, root) e = Erf (d) a = Add (e, one) m = Mul (a, half) y = Mul(m, x)",
}
OTHERS = {
    "read twice": f"{FORMS['PyTorch'].replace('y =', 'z =')} y = Add (z, e)",
    "another number": FORMS["PyTorch"].replace("Add (e, one)", "Add (e, half)"),
    "another factor": FORMS["PyTorch"].replace("Mul (m, half)", "Mul (m, one)"),
    "another function": FORMS["PyTorch"].replace("Div (x, root)", "Mul (x, root)"),
    "another value": FORMS["PyTorch"].replace("Mul (x, a)", "Mul (d, a)"),
}
NUMBERS = f"<float root = {{{np.sqrt(2):.9f}}}, float one = {{1.0}}, float half = {{0.5}}>"


def _read(body):
    text = '<ir_version: 8, opset_import: ["" : 17]> net (float[N,4,8] x) => (float[N,4,8] y) '
    content = onnx.parser.parse_model(f"{text}{NUMBERS} {{{body}}}").SerializeToString()
    return content, read(content, "net.onnx")


def _compare(content, graph):
    x = 3 * np.random.default_rng(0).standard_normal((2, 4, 8)).astype(np.float32)
    wanted = run_onnx(content, {"x": x})["y"]
    np.testing.assert_allclose(run_graph(graph, {"x": x})["y"], wanted, 1e-5, 1e-6)


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_gelu_are_one_node(form):
    content, graph = _read(FORMS[form])
    assert [node.op for node in graph.nodes] == ["gelu"]
    _compare(content, graph)


@pytest.mark.parametrize("form", OTHERS)
def test_what_is_no_gelu_stays(form):
    content, graph = _read(OTHERS[form])
    assert "gelu" not in [node.op for node in graph.nodes]
    _compare(content, graph)
