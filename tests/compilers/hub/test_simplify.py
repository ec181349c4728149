"""Simplification keeps what the network computes, or says that it did not."""

import os
import subprocess
import sys

import onnx
import onnxsim
import pytest
from networks import residual_network

from compilers.hub import import_file, read, simplify, write
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


def test_pytorch_is_not_loaded_and_can_be_afterwards():
    code = (
        "import sys\nfrom networks import residual_network\n"
        "from compilers.hub import simplify, write\n"
        "simplify(write(residual_network()), 'net.onnx')\n"
        "assert 'onnxsim' in sys.modules and 'torch' not in sys.modules\n"
        "import torch\n"
    )
    where = os.pathsep.join(sys.path)
    subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": where}, check=True
    )


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


def test_what_native_code_prints_does_not_reach_the_user(monkeypatch, capfd):
    def chatty(model: onnx.ModelProto, **_: object) -> tuple[onnx.ModelProto, bool]:
        os.write(1, b"1 of stdout\n")
        os.write(2, b"2 of stderr\n")
        sys.stdout.write("3 of Python's own")
        sys.stderr.write("4 of Python's own")
        return model, True

    monkeypatch.setattr(onnxsim, "simplify", chatty)
    simplify(write(residual_network()), "net.onnx")
    assert capfd.readouterr() == ("", "")
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"


def test_what_onnxsim_fails_for_explains_the_refusal(monkeypatch, tmp_path):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no kernel\nfor it")

    monkeypatch.setattr(onnxsim, "simplify", fail)
    text = "net (float[N,4] x) => (float[N,4] y) <float[4] c = {1, 2, 3, 4}> {"
    (tmp_path / "net.onnx").write_bytes(_model(text + "p = Relu (c) \n y = Add (x, p)}"))
    with pytest.raises(
        HubError, match=r"\(onnxsim could not simplify the file: no kernel for it\)$"
    ):
        import_file(tmp_path / "net.onnx", {})
