"""A user's quantized file is compared with its import op by op."""

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from quantized_files import quantized_file

from compilers.hub import import_file, write
from zoo.contract import Contract, TensorSpec
from zoo.proof.source_check import check_source

quantization = pytest.importorskip("onnxruntime.quantization")

CONTRACT = Contract(TensorSpec("x", (3, 8, 8)), (), ())
FEEDS = {"x": np.random.default_rng(1).uniform(-1, 1, (8, 3, 8, 8)).astype(np.float32)}
HOW = {
    "QDQ": {},
    "QLinear operators": {"quant_format": quantization.QuantFormat.QOperator},
    "float biases": {"extra_options": {"QuantizeBias": False}},
    "a pair for each reader": {"extra_options": {"DedicatedQDQPair": True}},
}


@pytest.mark.parametrize("case", HOW)
def test_each_op_is_the_files_own(tmp_path, case):
    quantized_file(tmp_path / "net.onnx", weight_type=quantization.QuantType.QInt8, **HOW[case])
    (tmp_path / "hub.onnx").write_bytes(write(import_file(tmp_path / "net.onnx", {})))
    check = check_source(tmp_path / "net.onnx", tmp_path / "hub.onnx", FEEDS, CONTRACT)
    assert check.holds
    assert check.why.startswith("each of 1")
    assert check.bound == 1


def test_an_import_with_another_weight_does_not_hold(tmp_path):
    quantized_file(tmp_path / "net.onnx", weight_type=quantization.QuantType.QInt8)
    model = onnx.load_from_string(write(import_file(tmp_path / "net.onnx", {})))
    (weight,) = (t for t in model.graph.initializer if t.name == "w1_quantized")
    changed = numpy_helper.to_array(weight).copy()
    changed[0] = -changed[0]
    weight.CopyFrom(numpy_helper.from_array(changed, weight.name))
    onnx.save(model, tmp_path / "hub.onnx")
    check = check_source(tmp_path / "net.onnx", tmp_path / "hub.onnx", FEEDS, CONTRACT)
    assert not check.holds
    assert "node 'Conv_0'" in check.why


def test_a_fixed_batch_is_compared_by_its_outputs(tmp_path):
    quantized_file(tmp_path / "open.onnx", weight_type=quantization.QuantType.QInt8)
    model = onnx.load(tmp_path / "open.onnx")
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = 4
    del model.graph.value_info[:]
    onnx.save(model, tmp_path / "net.onnx")
    (tmp_path / "hub.onnx").write_bytes(write(import_file(tmp_path / "net.onnx", {})))
    check = check_source(tmp_path / "net.onnx", tmp_path / "hub.onnx", FEEDS, CONTRACT)
    assert check.values == 8 * 4
