"""Files that other tools quantized: their own integers, whatever form these have."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from quantized_files import compare_integers, float_file, quantized_file

from compilers.hub import read, simplify, write
from zoo.errors import UnsupportedOpError
from zoo.graph import Graph

quantization = pytest.importorskip("onnxruntime.quantization")

QDQ, OPERATORS = quantization.QuantFormat.QDQ, quantization.QuantFormat.QOperator
TYPES = quantization.QuantType
FEEDS = {"x": np.random.default_rng(3).uniform(-1, 1, (2, 3, 8, 8)).astype(np.float32)}


def _kept(path: Path, **how: object) -> Graph:
    """Quantize by ONNX Runtime, read, and check that all integers are the file's."""
    content = quantized_file(path / "net.onnx", **how)
    simpler = simplify(content, "net.onnx")
    graph = read(simpler, "net.onnx")
    assert graph.is_quantized
    assert compare_integers(graph, simpler, FEEDS) >= 12
    assert read(write(graph), "hub").nodes == graph.nodes
    return graph


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("form", [QDQ, OPERATORS])
@pytest.mark.parametrize(
    ("activation", "weight"),
    [(TYPES.QUInt8, TYPES.QUInt8), (TYPES.QUInt8, TYPES.QInt8), (TYPES.QInt8, TYPES.QInt8)],
)
def test_eight_bits(tmp_path, activation, weight, form, per_channel):
    graph = _kept(
        tmp_path,
        quant_format=form,
        per_channel=per_channel,
        activation_type=activation,
        weight_type=weight,
    )
    stem = next(node for node in graph.nodes if node.op == "conv")
    grid = graph.tensors[stem.inputs[1]].quantization
    assert grid is not None
    assert len(grid.scale) == (8 if per_channel else 1)


@pytest.mark.parametrize("form", [QDQ, OPERATORS])
def test_symmetric(tmp_path, form):
    both = {"ActivationSymmetric": True, "WeightSymmetric": True}
    types = {"activation_type": TYPES.QInt8, "weight_type": TYPES.QInt8}
    graph = _kept(tmp_path, quant_format=form, extra_options=both, **types)
    grids = [tensor.quantization for tensor in graph.tensors.values() if tensor.quantization]
    assert all(set(grid.zero_point) == {0} for grid in grids)


@pytest.mark.parametrize(
    "option",
    ["DedicatedQDQPair", "UseQDQContribOps", "AddQDQPairToWeight", "ForceQuantizeNoInputCheck"],
)
def test_options_of_the_quantizer(tmp_path, option):
    plain = _kept(tmp_path)
    graph = _kept(tmp_path, extra_options={option: True})
    assert [node.op for node in graph.nodes] == [node.op for node in plain.nodes]
    assert [node.integer for node in graph.nodes] == [node.integer for node in plain.nodes]


def test_four_bit_weights(tmp_path):
    graph = _kept(tmp_path, weight_type=TYPES.QInt4, per_channel=True)
    stem = next(node for node in graph.nodes if node.op == "conv")
    assert graph.tensors[stem.inputs[1]].dtype == "int4"


@pytest.mark.parametrize("activation", [TYPES.QInt16, TYPES.QUInt16])
def test_sixteen_bit_activations(tmp_path, activation):
    graph = _kept(tmp_path, gate=False, activation_type=activation, weight_type=TYPES.QInt8)
    assert graph.tensors[graph.nodes[0].output].dtype == activation.name[1:].lower()


def test_float_biases_are_those_that_the_quantizer_would_have_written(tmp_path):
    how = {"per_channel": True, "weight_type": TYPES.QInt8}
    theirs = _kept(tmp_path, **how)
    ours = _kept(tmp_path, **how, extra_options={"QuantizeBias": False})
    for one, other in zip(ours.nodes, theirs.nodes, strict=True):
        if one.op in ("conv", "dense") and len(one.inputs) > 2:
            bias, wanted = ours.tensors[one.inputs[2]], theirs.tensors[other.inputs[2]]
            assert bias.dtype == "int32"
            np.testing.assert_array_equal(bias.data, wanted.data)


@pytest.mark.parametrize("engine", ["x86", "qnnpack"])
def test_exports_of_pytorch_fx(tmp_path, engine):
    torch = pytest.importorskip("torch")
    if engine not in torch.backends.quantized.supported_engines:
        pytest.skip(f"this PyTorch has no {engine}")
    file = tmp_path / "net.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of deprecation, which users see too
        _export_fx(torch, file, engine)
    simpler = simplify(file.read_bytes(), "net.onnx")
    graph = read(simpler, "net.onnx")
    assert graph.is_quantized
    assert compare_integers(graph, simpler, FEEDS) >= 8
    stem = next(node for node in graph.nodes if node.op == "conv")
    grid = graph.tensors[stem.inputs[1]].quantization
    assert grid is not None
    assert len(grid.scale) == (8 if engine == "x86" else 1)


def _export_fx(torch, file: Path, engine: str) -> None:
    from torch.ao.quantization import get_default_qconfig_mapping
    from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem = torch.nn.Conv2d(3, 8, 3, padding=1)
            self.norm = torch.nn.BatchNorm2d(8)
            self.deep = torch.nn.Conv2d(8, 8, 3, padding=1, groups=8)
            self.dense = torch.nn.Linear(16, 4)

        def forward(self, x):
            act = torch.relu(self.norm(self.stem(x)))
            joined = torch.cat([act, torch.sigmoid(torch.relu(act + self.deep(act)))], 1)
            pooled = torch.nn.functional.adaptive_avg_pool2d(joined, 1)
            return self.dense(torch.flatten(pooled, 1))

    before = torch.backends.quantized.engine
    torch.backends.quantized.engine = engine
    try:
        torch.manual_seed(0)
        images = torch.from_numpy(FEEDS["x"])
        prepared = prepare_fx(Net().eval(), get_default_qconfig_mapping(engine), (images,))
        prepared(images)
        torch.onnx.export(
            convert_fx(prepared),
            (images,),
            file,
            input_names=["x"],
            output_names=["y"],
            dynamic_axes={"x": {0: "N"}, "y": {0: "N"}},
            opset_version=17,
            dynamo=False,
        )
    finally:
        torch.backends.quantized.engine = before


def test_dynamic_quantization_is_refused(tmp_path):
    float_file(tmp_path / "float.onnx")
    quantization.quantize_dynamic(
        tmp_path / "float.onnx", tmp_path / "net.onnx", op_types_to_quantize=["MatMul"]
    )
    with pytest.raises(UnsupportedOpError) as caught:
        read((tmp_path / "net.onnx").read_bytes(), "net.onnx")
    assert str(caught.value).endswith(
        "it is quantized at run time, from the range of each input; only fixed scales are "
        "supported: quantize with onnxruntime.quantization.quantize_static"
    )
