"""Requantize, quantize and dequantize against ONNX Runtime."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation

from compilers.op_table import find_op
from compilers.ops.requantize import OP
from zoo.errors import HubError, QuantizeError
from zoo.graph import Quantization
from zoo.op import OnnxCall

CLAMPS = st.sampled_from([{}, {"clamp": (0.0, inf)}, {"clamp": (-0.25, 1.0)}])


@given(read=QUANTIZATIONS, stored=QUANTIZATIONS, clamp=CLAMPS, seed=SEEDS)
@settings(max_examples=60, deadline=None)
def test_integers_are_those_of_onnx_runtime(read, stored, clamp, seed):
    case = OneNode("requantize", (activation(("N", 3, 8), read),), clamp, stored)
    assert case.difference(seed) <= (0 if case.has_exact_scales else 1)


@pytest.mark.parametrize("signed", [False, True])
def test_every_integer_survives_a_finer_scale(signed):
    coarse = Quantization((0.5,), (0,), signed=signed)
    fine = Quantization((0.25,), (0,), bits=16, signed=signed)
    there = OneNode("requantize", (activation(("N", 256), coarse),), stored=fine)
    back = OneNode("requantize", (activation(("N", 256), fine),), stored=coarse)
    every = np.arange(coarse.qmin, coarse.qmax + 1).astype(coarse.dtype)[None]
    np.testing.assert_array_equal(back.run(there.run(every)), every)


@pytest.mark.parametrize("name", ["quantize", "dequantize", "requantize"])
def test_the_hub_alone_reads_and_writes_them(name):
    op, case = find_op(name), OneNode(name, (activation(("N", 2)),))
    with pytest.raises(HubError) as caught:
        op.parse(OnnxCall("QuantizeLinear", where="net.onnx: node 'q'"))
    assert str(caught.value) == (
        f"net.onnx: node 'q': op '{name}' is read by the hub, not parsed alone"
    )
    with pytest.raises(HubError, match=f"node 'alone': op '{name}' is written by the hub"):
        op.express(case.node, case.inputs)


def test_reals_pass_through_without_quantization():
    reals = np.float32([[-1.0, 2.0]])
    for name in ("quantize", "dequantize"):
        np.testing.assert_array_equal(find_op(name).run_float(_plain(name), [reals]), reals)
    clamped = OP.run_float(_plain("requantize", clamp=(0.0, 1.0)), [reals])
    assert clamped.tolist() == [[0.0, 1.0]]


def _plain(name, **attributes):
    return OneNode(name, (activation(("N", 2)),), attributes).node


def test_integers_are_not_trained():
    with pytest.raises(QuantizeError) as caught:
        OP.run_torch(OneNode("requantize", (activation(("N", 3)),)).node, [])
    assert str(caught.value) == (
        "node 'alone': op 'requantize' has no torch form, so the node cannot be trained; use "
        "--quant ptq, or give the op plugin a run_torch"
    )
