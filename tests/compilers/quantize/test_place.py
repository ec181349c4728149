"""The integer graph that placing makes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import residual_network
from quantization import quantized
from random_graphs import float_graphs

from compilers.hub import HUB
from compilers.quantize.weighted import weighted_nodes
from compilers.schemes import DPU_POW2, W4A8_ASYM, W8A8_ASYM, W8A8_SYM
from zoo.errors import QuantizeError
from zoo.graph import Graph, Node, Tensor

SCHEMES = (W8A8_ASYM, W8A8_SYM, W4A8_ASYM, DPU_POW2)


@given(float_graphs(), st.sampled_from(SCHEMES))
@settings(max_examples=40, deadline=None)
def test_the_hub_holds_all_of_it(graph, scheme):
    integer = quantized(graph, scheme, correct_bias=False)
    assert HUB.read(HUB.write(integer), "hub") == integer


@given(float_graphs(), st.sampled_from(SCHEMES))
@settings(max_examples=40, deadline=None)
def test_every_tensor_is_as_the_scheme_says(graph, scheme):
    integer = quantized(graph, scheme, correct_bias=False)
    assert (integer.inputs, integer.outputs) == (graph.inputs, graph.outputs)
    for tensor in integer.tensors.values():
        if tensor.name in (*graph.inputs, *graph.outputs):
            assert (tensor.dtype, tensor.quantization) == ("float32", None)
        elif not tensor.is_constant:
            assert tensor.dtype == ("int8" if scheme.activation_signed else "uint8")
    for weighted in weighted_nodes(integer):
        weight, bias = weighted.weight, weighted.bias
        assert weight.dtype == f"int{scheme.weight_bits}"
        assert weight.data.min() >= scheme.weight_qmin
        assert (weight.quantization.axis == 0) == scheme.weight_per_channel
        assert bias.dtype == f"int{scheme.bias_bits}"
        source = integer.tensors[weighted.node.inputs[0]].quantization.scale[0]
        if scheme.bias_bits == 32:
            sums = np.float32(source) * np.float32(weight.quantization.scale)
            np.testing.assert_array_equal(np.float32(bias.quantization.scale), sums)


def test_border_nodes_carry_the_names_of_inputs_and_outputs():
    integer = quantized(residual_network(), W8A8_ASYM)
    first, *_, last = integer.nodes
    assert (first.op, first.inputs, first.output) == ("quantize", ("image",), "image_quantized")
    assert (last.op, last.inputs, last.output) == (
        "dequantize",
        ("landmarks_quantized",),
        "landmarks",
    )


def _one_op(op: str, constant: np.ndarray | None = None) -> Graph:
    shape = ("N", 3, 4, 4)
    tensors = {name: Tensor(name, shape, layout="NCHW") for name in ("x", "y")}
    inputs = ("x",)
    if constant is not None:
        tensors["c"] = Tensor("c", constant.shape, data=constant)
        inputs = ("x", "c")
    return Graph("net", ("x",), ("y",), tensors, (Node("node", op, inputs, "y"),))


def test_constants_beside_activations_are_quantized_like_these():
    constant = np.array([-1.0, 0.0, 2.0], np.float32).reshape(3, 1, 1)
    integer = quantized(_one_op("add", constant), W8A8_ASYM)
    found = integer.tensors["c"]
    assert found.dtype == "uint8"
    np.testing.assert_array_equal(found.data.reshape(-1), [0, 85, 255])


def test_constants_that_become_part_of_a_table_stay_float():
    slope = np.array([0.1, 0.2, 0.3], np.float32).reshape(3, 1, 1)
    integer = quantized(_one_op("prelu", slope), W8A8_ASYM)
    assert integer.tensors["c"].dtype == "float32"
    assert len(integer.nodes[1].integer["table"]) == 3 * 256


def test_a_scheme_that_an_op_cannot_follow_is_refused_with_the_node():
    wide = replace(W8A8_ASYM, activation_bits=16)
    with pytest.raises(
        QuantizeError,
        match=r"^graph 'net': node 'node' \(sigmoid\) cannot be quantized: tensor 'x' has 16 bits",
    ):
        quantized(_one_op("sigmoid"), wide)
