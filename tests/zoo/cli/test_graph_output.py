"""zoo show --graph."""

from xml.etree import ElementTree

import pytest
from networks import residual_network
from tiny_bundle import write_bundle

from compilers.hub.write import write

MODEL = "pfld_0.25x.300w68"


@pytest.mark.parametrize(("quant", "ops", "kind"), [("", 58, "float"), ("qat", 60, "quantized")])
def test_a_model_is_drawn_as_it_is_published(zoo, tmp_path, quant, ops, kind):
    result = zoo("show", MODEL, "--graph", "a.svg", *(("--quant", quant) if quant else ()))
    assert result.output == f"a.svg: {ops} ops\n"
    text = (tmp_path / "a.svg").read_text("utf-8")
    ElementTree.fromstring(text)
    assert f"{ops} ops, {kind}" in text


def test_a_file_is_drawn(zoo, tmp_path):
    (tmp_path / "net.onnx").write_bytes(write(residual_network()))
    assert zoo("show", "net.onnx", "--graph", "a.svg").output == "a.svg: 9 ops\n"


def test_the_networks_of_a_bundle_are_drawn_below_each_other(zoo, tmp_path):
    more = {"h": write(residual_network())}
    bundle = write_bundle(tmp_path, more=more, detector="facedet")
    assert zoo("show", bundle, "--graph", "a.svg").output == "a.svg: 18 ops\n"
    drawings = ElementTree.parse(tmp_path / "a.svg").getroot()
    assert len(drawings.findall("{http://www.w3.org/2000/svg}svg")) == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((MODEL, "--graph", "a.png"), r"--graph a\.png: expected a file name that ends in \.svg"),
        ((MODEL, "--graph", "a.svg", "--quant", "qta"), "unknown published quantization"),
        ((MODEL, "--graph", "a.svg", "--layers"), "--graph goes with none of --layers"),
        ((MODEL, "--quant", "qat"), "--quant needs --graph"),
        (("n.onnx", "--graph", "a.svg", "--quant", "qat"), "n.onnx has numbers of its own"),
        (("n.xmodel", "--graph", "a.svg"), r"n\.xmodel: is compiled for a chip, .* Netron"),
        (("x86", "--graph", "a.svg"), "unknown model 'x86', which is a target"),
        (("gone.onnx", "--graph", "a.svg"), r"gone\.onnx: no such file"),
    ],
)
def test_what_cannot_be_drawn_is_refused(zoo, tmp_path, words, message):
    result = zoo("show", *words)
    assert result.exit_code != 0
    with pytest.raises(type(result.exception), match=message):
        raise result.exception
    assert not (tmp_path / "a.svg").exists()
