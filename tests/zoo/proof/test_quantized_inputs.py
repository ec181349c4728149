"""Quantized files with pictures channels last or uint8, compared with what is imported."""

import numpy as np
import pytest
from own_inputs import picture_network, save

from compilers.hub import import_file, write
from zoo.contract import Contract, Step, TensorSpec
from zoo.proof.source_check import check_source, random_inputs

quantization = pytest.importorskip("onnxruntime.quantization")

PIXELS = Step("normalize", {"mean": [0] * 3, "std": [1] * 3})
FORMATS = {
    "QDQ": quantization.QuantFormat.QDQ,
    "QLinear operators": quantization.QuantFormat.QOperator,
}


class Reader(quantization.CalibrationDataReader):
    def __init__(self, shape, dtype):
        random = np.random.default_rng(0)
        self._feeds = iter({"x": random.integers(0, 256, shape).astype(dtype)} for _ in range(8))

    def get_next(self):
        return next(self._feeds, None)


@pytest.mark.parametrize("scaling", [(), ("unit",)])
@pytest.mark.parametrize("how", FORMATS)
@pytest.mark.parametrize(
    ("layout", "dtype"), [("nchw", "uint8"), ("nhwc", "float32"), ("nhwc", "uint8")]
)
def test_integers_stay_the_files_own(tmp_path, layout, dtype, how, scaling):
    save(picture_network(layout, dtype, scaling, (8, 8)), tmp_path / "float.onnx")
    shape = (1, 8, 8, 3) if layout == "nhwc" else (1, 3, 8, 8)
    quantization.quantize_static(
        tmp_path / "float.onnx",
        tmp_path / "net.onnx",
        Reader(shape, dtype),
        quant_format=FORMATS[how],
        weight_type=quantization.QuantType.QInt8,
    )
    contract = Contract(
        TensorSpec("x", (3, 8, 8)),
        (TensorSpec("y", (4, 8, 8)),),
        (Step("stretch", {"size": [8, 8]}), PIXELS),
        layout=layout,
        dtype=dtype,
    )
    graph = import_file(tmp_path / "net.onnx", contract.file_inputs)
    assert graph.is_quantized
    assert "transpose" not in {node.op for node in graph.nodes}
    (tmp_path / "hub.onnx").write_bytes(write(graph))
    feeds = {"x": random_inputs(contract)}
    check = check_source(tmp_path / "net.onnx", tmp_path / "hub.onnx", feeds, contract)
    assert check.holds
    assert check.unit == "lsb"
    assert check.largest <= 1
