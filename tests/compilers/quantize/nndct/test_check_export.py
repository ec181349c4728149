"""The exported .xmodel is read by our reader and compared with what was told."""

import pytest
from networks import residual_network
from quantization import quantized

from compilers.quantize.nndct.check_export import check_export
from compilers.quantize.power_of_two import fix_point_of
from compilers.quantize.weighted import weighted_nodes
from compilers.schemes import DPU_POW2
from compilers.xmodel.encode import encode
from compilers.xmodel.lower import lower
from zoo.errors import ZooError

INTEGER = quantized(residual_network(), DPU_POW2)
POINTS = {
    tensor.name: fix_point_of(tensor.quantization)
    for weighted in weighted_nodes(INTEGER)
    for tensor in (weighted.weight, weighted.bias)
}


@pytest.mark.parametrize("moved", [0, 1])
def test_fix_points_elsewhere_are_counted(tmp_path, caplog, moved):
    (tmp_path / "Network_int.xmodel").write_bytes(encode(lower(INTEGER)))
    told = {**POINTS, "stem.weight": POINTS["stem.weight"] + 40 * moved}
    with caplog.at_level("INFO", "zoo.progress"):
        check_export(tmp_path, told)
    assert caplog.messages == [
        f"Network_int.xmodel: pytorch_nndct's own export has {moved} of {len(POINTS)} fix points "
        "of weights and biases elsewhere"
    ]


def test_no_export_is_no_error(tmp_path, caplog):
    check_export(tmp_path, POINTS)
    assert caplog.messages == []


def test_a_broken_export_is_told(tmp_path):
    (tmp_path / "Network_int.xmodel").write_bytes(encode(lower(INTEGER))[:-100])
    with pytest.raises(ZooError, match=r"Network_int\.xmodel: "):
        check_export(tmp_path, POINTS)
