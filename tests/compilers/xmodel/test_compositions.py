"""Ops that the DPU computes as others: exact in the file, known to XIR."""

import numpy as np
import pytest
from build_graph import build_graph
from composed_cases import CASES
from quantization import contract_of, quantized, samples
from xir_witness import require_nothing_wrong

from compilers.quantize.ptq import QUANTIZER
from compilers.reference import run_graph
from compilers.schemes import DPU_POW2
from compilers.xmodel.decode import decode
from compilers.xmodel.encode import encode
from compilers.xmodel.executor import XmodelRun
from compilers.xmodel.lower import lower
from zoo.graph import Node
from zoo.plugs import QuantizeOptions


@pytest.mark.parametrize("case", CASES)
def test_a_composition_is_exact_in_the_file_and_known_to_xir(case, xir_check, tmp_path_factory):
    integer = quantized(CASES[case][0], DPU_POW2)
    file = lower(integer)
    for feeds in samples(integer, count=3, seed=7):
        found = XmodelRun(decode(encode(file), "file"), "file")(feeds)
        np.testing.assert_array_equal(found["y"], run_graph(integer, feeds)["y"])
    require_nothing_wrong(xir_check, file, tmp_path_factory)


@pytest.mark.parametrize("fix_point", range(-2, 8))
def test_every_integer_of_a_hard_sigmoid_is_the_dpus(fix_point):
    """relu6(x + 3) * 2731 >> 14, rounded half up to the fix point 6."""
    levels = np.arange(-128, 128)
    x = (levels / 2.0**fix_point).astype(np.float32).reshape(1, 1, 16, 16)
    attributes = {"alpha": 1 / 6, "beta": 0.5}
    graph = build_graph(
        {"x": ("N", 1, 16, 16)}, [Node("n", "hard_sigmoid", ("x",), "y", attributes)], ("y",)
    )
    options = QuantizeOptions("minmax", False)
    integer = QUANTIZER.quantize(graph, DPU_POW2, [{"x": x}], contract_of(graph), options)
    (node,) = (node for node in integer.nodes if node.op == "hard_sigmoid")
    source = integer.tensors[node.inputs[0]].quantization
    shift = round(-np.log2(source.scale[0]))
    sums = np.clip(levels + 3 * 2.0**shift, 0, 6 * 2.0**shift) * 2731
    wanted = np.floor(sums * 2.0 ** (6 - 14 - shift) + 0.5)
    assert node.integer["table"] == tuple(int(entry) for entry in wanted)
