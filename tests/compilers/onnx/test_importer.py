"""Files that are quantized are told from float ones by their bytes."""

import onnx
import pytest
from networks import residual_network
from quantization import quantized
from quantized_files import float_file, quantized_file

from compilers.hub import write
from compilers.onnx.importer import IMPORTER
from compilers.schemes import DPU_POW2, W8A8_ASYM


@pytest.mark.parametrize("scheme", [W8A8_ASYM, DPU_POW2])
def test_hubs(tmp_path, scheme):
    for name, graph in (
        ("float", residual_network()),
        ("int", quantized(residual_network(), scheme)),
    ):
        (tmp_path / name).write_bytes(write(graph))
    assert not IMPORTER.is_quantized(tmp_path / "float")
    assert IMPORTER.is_quantized(tmp_path / "int")


@pytest.mark.parametrize("form", ["QDQ", "QOperator"])
def test_files_of_onnx_runtime(tmp_path, form):
    quantization = pytest.importorskip("onnxruntime.quantization")
    quantized_file(tmp_path / "net.onnx", quant_format=quantization.QuantFormat[form])
    assert IMPORTER.is_quantized(tmp_path / "net.onnx")
    assert not IMPORTER.is_quantized(tmp_path / "net.float.onnx")


def test_names_do_not_make_a_file_quantized(tmp_path):
    float_file(tmp_path / "net.onnx")
    model = onnx.load(tmp_path / "net.onnx")
    model.graph.name = model.graph.node[0].name = "QuantizeLinear"
    onnx.save(model, tmp_path / "net.onnx")
    assert not IMPORTER.is_quantized(tmp_path / "net.onnx")
