"""What a DPU runs of an integer network: its fix points and divisors."""

from dataclasses import replace

import pytest
from dpu_graphs import dpu_network
from quantization import quantized

from compilers.quantize.power_of_two import with_fix_points
from compilers.schemes import DPU_POW2, W8A8_SYM
from compilers.xmodel.lower import capabilities, lower_for_dpu
from zoo.build.targets import find_target
from zoo.errors import UnsupportedOpError
from zoo.graph import Graph

KV260 = find_target("kv260")


def test_an_integer_network_runs():
    integer = quantized(dpu_network(), DPU_POW2)
    assert {c.runs_on for c in capabilities(integer, KV260)} == {"DPU"}
    lower_for_dpu(integer, KV260)


def _with_points(**points: int) -> Graph:
    """Return an integer network with other fix points here and there."""
    integer = quantized(dpu_network(), DPU_POW2)
    changed = [
        replace(tensor, quantization=with_fix_points(tensor.quantization, points[name]))
        for name, tensor in integer.tensors.items()
        if name in points
    ]
    return integer.replace(integer.nodes, changed)


def test_a_scale_that_breaks_shift_cut_is_refused():
    graph = _with_points(**{"stem.weight": 30, "stem.bias": 30})
    with pytest.raises(UnsupportedOpError) as caught:
        lower_for_dpu(graph, KV260)
    text = str(caught.value)
    assert text.startswith("node 'stem_conv' (conv): shift_cut = f_w + f_in - f_out = 30 + ")
    assert "; allowed are 0 to 16; quantize the float network with the scheme dpu-pow2" in text


def test_a_bias_that_is_too_coarse_is_refused():
    found = capabilities(_with_points(**{"stem.bias": -20}), KV260)[0]
    assert found.why.startswith("shift_bias = f_w + f_in - f_bias = ")


def test_inputs_of_a_concat_must_be_alike():
    graph = _with_points(joined=-3)
    found = next(c for c in capabilities(graph, KV260) if c.op == "concat")
    assert "; the DPU copies bytes, so they must be equal" in found.why


def test_true_means_are_not_the_dpus():
    integer = quantized(dpu_network(), DPU_POW2)
    nodes = [
        replace(n, attributes={k: v for k, v in n.attributes.items() if k != "reciprocal"})
        for n in integer.nodes
    ]
    found = next(c for c in capabilities(integer.replace(nodes), KV260) if c.op == "average_pool")
    assert found.why == (
        "its mean divides by 36; the DPU multiplies the sum by 7 and shifts it by 8"
    )


def test_other_scales_are_refused_but_their_network_is_looked_at():
    graph = quantized(dpu_network(), W8A8_SYM)
    with pytest.raises(UnsupportedOpError, match="has a scale that is not a power of two; the DPU"):
        lower_for_dpu(graph, KV260)
    found = capabilities(graph, KV260)
    assert [(c.node, c.op) for c in found] == [(n.name, n.op) for n in dpu_network().nodes]
    assert {c.runs_on for c in found} == {"DPU"}
