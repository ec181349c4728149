"""Simplification keeps what the network computes, or says that it did not."""

import onnx
import onnxsim
import pytest
from networks import residual_network

from compilers.hub import read, simplify, write
from zoo.errors import HubError


def _model(text: str) -> bytes:
    header = '<ir_version: 8, opset_import: ["" : 17]>'
    return onnx.parser.parse_model(header + text).SerializeToString()


def test_constants_are_folded():
    content = _model("""net (float[N,4] x) => (float[N,4] y) <float[4] c = {1, -2, 3, -4}> {
        positive = Relu (c)
        y = Add (x, positive)
    }""")
    with pytest.raises(HubError, match="it has only constant inputs, but"):
        read(content, "net.onnx")
    graph = read(simplify(content, "net.onnx"), "net.onnx")
    (constant,) = (graph.tensors[name] for name in graph.nodes[0].inputs if name != "x")
    assert constant.data.tolist() == [1, 0, 3, 0]


def test_metadata_is_kept_and_nothing_is_printed(capfd):
    graph = residual_network()
    simplified = onnx.load_from_string(simplify(write(graph), "net.onnx"))
    assert {e.key: e.value for e in simplified.metadata_props} == graph.metadata
    assert capfd.readouterr() == ("", "")


def test_dynamic_images_are_left_to_the_import():
    content = _model("net (float[N,3,H,4] x) => (float[N,3,H,4] y) {y = Relu (x)}")
    with pytest.raises(HubError, match=r"^net\.onnx: input 'x' has a dynamic axis 2 \(H\)"):
        read(simplify(content, "net.onnx"), "net.onnx")


def test_changed_meaning_is_reported(monkeypatch):
    monkeypatch.setattr(onnxsim, "simplify", lambda model, **_: (model, False))
    with pytest.raises(HubError) as caught:
        simplify(write(residual_network()), "net.onnx")
    assert str(caught.value) == (
        "net.onnx: onnxsim changed what the network computes; simplify it by hand, or export it "
        "again"
    )


def test_what_onnxsim_cannot_run_is_left_to_the_import(monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no kernel")

    monkeypatch.setattr(onnxsim, "simplify", fail)
    graph = residual_network()
    assert read(simplify(write(graph), "net.onnx"), "net.onnx") == graph
