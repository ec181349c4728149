"""Retyping changes integers and no real."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_runtime import run_onnx
from quantization import quantized, samples
from random_graphs import float_graphs

from compilers.hub import HUB
from compilers.onnx.to_uint8 import to_uint8
from compilers.schemes import W4A8_ASYM, W8A8_ASYM, W8A8_SYM


@given(float_graphs(), st.sampled_from((W8A8_ASYM, W8A8_SYM, W4A8_ASYM)))
@settings(max_examples=30, deadline=None)
def test_the_hub_computes_the_same(graph, scheme):
    integer = quantized(graph, scheme, correct_bias=False)
    retyped = to_uint8(integer)
    feeds = next(samples(graph))
    before, after = run_onnx(HUB.write(integer), feeds), run_onnx(HUB.write(retyped), feeds)
    for name in graph.outputs:
        np.testing.assert_array_equal(before[name], after[name])


@given(float_graphs(), st.sampled_from((W8A8_ASYM, W8A8_SYM, W4A8_ASYM)))
@settings(max_examples=30, deadline=None)
def test_activations_are_uint8_and_weights_int8(graph, scheme):
    retyped = to_uint8(quantized(graph, scheme, correct_bias=False))
    for tensor in retyped.tensors.values():
        if tensor.quantization is None:
            assert tensor.name in (*graph.inputs, *graph.outputs)
        elif tensor.is_constant:
            assert tensor.dtype in ("int8", "int32")
        else:
            assert tensor.dtype == "uint8"
