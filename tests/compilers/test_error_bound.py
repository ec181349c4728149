"""What is proven of runtimes that rescale in float32, at the extremes and in ONNX Runtime."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from every_op import PAIRS, every_case
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import residual_network
from one_node import OneNode, activation
from quantization import quantized, samples
from random_graphs import float_graphs

from compilers.error_bound import error_bounds, op_bound
from compilers.hub import HUB
from compilers.op_by_op import judge_ops
from compilers.op_table import find_op
from compilers.reference import run_all
from compilers.schemes import DPU_POW2, KPU_U8, W4A8_ASYM, W8A8_ASYM, W8A8_SYM
from zoo import registry
from zoo.fixed_point import fix_factors, rescale
from zoo.graph import Graph, Quantization, Tensor

GRAPH = residual_network()
FLOAT_SCALES = st.sampled_from((W8A8_ASYM, W8A8_SYM, W4A8_ASYM, KPU_U8))
LEVELS = 255
FURTHEST = 4 * 2.0**-24 * (LEVELS + 1)


def _stored(levels: np.ndarray) -> np.ndarray:
    return np.clip(levels, 0, LEVELS).astype(np.int64)


# Accumulators beside every tie of 8 bits, which is where roundings can go another way.
@given(
    st.floats(0.5, 1, exclude_max=True, width=32),
    st.integers(-30, 0),
    st.sampled_from(("half_even", "half_up")),
)
@settings(max_examples=200)
def test_float32_and_float64_factors_are_off_by_one_at_most_and_beside_ties(
    mantissa, exponent, rounding
):
    factor = float(np.ldexp(mantissa, exponent))
    ties = np.arange(LEVELS + 2) + 0.5
    nearest = np.round(ties / factor).astype(np.int64)
    accumulators = (nearest[:, None] + np.arange(-2, 3)).ravel()
    accumulators = accumulators[np.abs(accumulators) < 2**31]
    (multiplier,), (shift,) = fix_factors([factor])
    wanted = _stored(rescale(accumulators, multiplier, shift, rounding))
    exact = accumulators * factor
    for real in (np.float32, np.float64):
        levels = accumulators.astype(real) * real(factor)
        rounded = np.floor(levels + real(0.5)) if rounding == "half_up" else np.rint(levels)
        steps = np.abs(_stored(rounded) - wanted)
        assert steps.max(initial=0) <= 1
        off = exact[steps > 0]
        assert np.all(np.abs(off - np.floor(off) - 0.5) <= FURTHEST)


@pytest.mark.parametrize("pair", PAIRS)
def test_no_op_changes_by_more_than_its_gain(pair):
    random = np.random.default_rng(0)
    for name, case in every_case(pair).items():
        activations = [tensor for tensor in case.inputs if not tensor.is_constant]
        gains = find_op(case.op).gain(case.node, case.inputs, case.output)
        reach = sum(g for g, t in zip(gains, case.inputs, strict=True) if not t.is_constant)
        for change in (1, 3, 40):
            pairs = [_neighbours(tensor, change, random) for tensor in activations]
            before, after = (case.run(*values) for values in zip(*pairs, strict=True))
            largest = np.abs(before.astype(np.int64) - after.astype(np.int64)).max()
            assert largest <= reach * change + 1, f"{name}: {largest} steps of {change} before"


def _neighbours(tensor: Tensor, change: int, random: np.random.Generator) -> list[np.ndarray]:
    """Return two arrays of integers that are at most `change` apart."""
    grid, shape = tensor.quantization, (2, *tensor.shape[1:])
    first = random.integers(grid.qmin, grid.qmax, shape, endpoint=True)
    second = first + random.integers(-change, change, shape, endpoint=True)
    return [np.clip(q, grid.qmin, grid.qmax).astype(tensor.dtype) for q in (first, second)]


def _inside(graph: Graph, feeds: dict) -> dict:
    names = [t.name for t in graph.tensors.values() if t.quantization and not t.is_constant]
    with TemporaryDirectory() as folder:
        (Path(folder) / "hub.onnx").write_bytes(HUB.write(graph))
        executor = registry.load("executor", "onnxruntime-unoptimized")
        return executor.load_inside(Path(folder), "hub.onnx", names)(feeds)


@given(float_graphs(), FLOAT_SCALES, st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_onnx_runtime_stays_within_what_is_proven(graph, scheme, seed):
    integer, feeds = quantized(graph, scheme), next(samples(graph, seed=seed))
    inside, wanted = _inside(integer, feeds), run_all(integer, feeds)
    found = list(judge_ops(integer, {**feeds, **inside}))
    assert {d.node for d in found} == {n.name for n in integer.nodes if n.op != "dequantize"}
    assert all(d.steps.max() <= d.allowed for d in found)
    bounds = error_bounds(integer)
    for name, values in inside.items():
        steps = np.abs(values.astype(np.int64) - wanted[name].astype(np.int64))
        assert steps.max() <= bounds[name]


@given(float_graphs(), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_what_is_proven_exact_is_so_in_onnx_runtime(graph, seed):
    integer, feeds = quantized(graph, DPU_POW2), next(samples(graph, seed=seed))
    inside, wanted = _inside(integer, feeds), run_all(integer, feeds)
    for name, bound in error_bounds(integer).items():
        if bound == 0 and name in inside:
            np.testing.assert_array_equal(inside[name], wanted[name], name)


def test_powers_of_two_are_proven_exact():
    assert set(error_bounds(quantized(GRAPH, DPU_POW2)).values()) == {0}
    assert error_bounds(quantized(GRAPH, W8A8_ASYM))["landmarks"] > 1


def test_sums_of_more_than_24_bits_are_not():
    case = every_case("half even")["dense"]
    (node,) = (n for n in case.graph.nodes if n.op == "dense")
    assert op_bound(case.graph, node) == 0
    bias = replace(case.inputs[2], data=case.inputs[2].data + (1 << 25))
    wide = replace(case, inputs=(*case.inputs[:2], bias)).graph
    assert op_bound(wide, node) >= 1


def test_a_wrong_op_is_found_where_it_is():
    integer, feeds = quantized(GRAPH, W8A8_ASYM), next(samples(GRAPH))
    weight = integer.tensors["pointwise.weight"]
    other = replace(weight, data=-weight.data)
    inside = _inside(integer.replace(integer.nodes, [other]), feeds)
    found = judge_ops(integer, {**feeds, **inside})
    assert {d.node for d in found if d.steps.max() > d.allowed} == {"pointwise_conv"}


@pytest.mark.parametrize("scheme", [W8A8_SYM, W8A8_ASYM], ids=lambda scheme: scheme.name)
def test_integers_of_another_sign_are_the_same_integers(scheme):
    integer, feeds = quantized(GRAPH, scheme), next(samples(GRAPH))
    inside = {name: _of_other_sign(value) for name, value in run_all(integer, feeds).items()}
    found = list(judge_ops(integer, inside))
    assert len(found) == len(integer.nodes)
    assert all(d.steps.max() == 0 for d in found)


def test_what_is_only_moved_may_be_left_out():
    integer, feeds = quantized(GRAPH, W8A8_ASYM), next(samples(GRAPH))
    inside = {name: value for name, value in run_all(integer, feeds).items() if name != "flat"}
    found = {d.node: d for d in judge_ops(integer, inside)}
    assert found["landmarks_dense"].steps.max() == 0
    del inside["stem"]
    assert {"stem_conv", "depthwise_conv"}.isdisjoint(d.node for d in judge_ops(integer, inside))


def test_an_op_that_is_only_moved_is_judged_by_what_is_moved():
    integer, feeds = quantized(GRAPH, W8A8_ASYM), next(samples(GRAPH))
    (reshape,) = (node for node in integer.nodes if node.op == "reshape")
    before = integer.producer(reshape.inputs[0])
    inside = run_all(integer, feeds)
    inside[reshape.output] = inside[reshape.output] + inside[reshape.output].dtype.type(1)
    del inside[reshape.inputs[0]]
    found = {d.node: d for d in judge_ops(integer, inside)}
    assert found[before.name].steps.max() == 1
    assert reshape.name not in found


def _of_other_sign(value: np.ndarray) -> np.ndarray:
    if value.dtype == np.int8:
        return (value.astype(np.int16) + 128).astype(np.uint8)
    return (value.astype(np.int16) - 128).astype(np.int8) if value.dtype == np.uint8 else value


def test_a_dead_channels_huge_bias_does_not_count_in_the_steps_of_others():
    x = activation((1, 4), Quantization((0.03,), (-128,)))
    weights = Quantization((1e-10, 0.01), (0, 0), axis=0)
    biases = Quantization((3e-12, 3e-4), (0, 0), 32, axis=0)
    weight, bias = np.array([[0] * 4, [127] * 4], np.int8), np.array([2**30, 100], np.int32)
    parts = (
        Tensor("w", weight.shape, "int8", "", weights, weight),
        Tensor("b", bias.shape, "int32", "", biases, bias),
    )
    case = OneNode("dense", (x, *parts), {}, Quantization((0.03,), (-128,)))
    assert op_bound(case.graph, case.node) == 1
