"""Checks of each op alone."""

from dataclasses import replace

import numpy as np
import pytest
from networks import residual_network
from quantization import quantized, samples

from compilers.hub import HUB
from compilers.schemes import DPU_POW2, W8A8_ASYM
from zoo import registry
from zoo.plugs import OpDifference
from zoo.proof.op_proof import can_inspect, compare_ops, prove_ops, proven_exactness


def _difference(node: str, steps: list[int], allowed: int) -> OpDifference:
    return OpDifference(node, np.array(steps), allowed, 255)


def test_all_ops_are_counted_while_all_hold():
    found = [_difference("a", [0, 1], 1), _difference("b", [3, 0], 3), _difference("c", [0, 0], 0)]
    check = compare_ops("a -> b", found, how="recorded")
    assert (check.largest, check.bound, check.mean, check.values) == (3, 3, 0.666667, 6)
    assert (check.unit, check.how, check.holds) == ("lsb", "recorded", True)
    assert check.why.startswith("each of 3 ops: given the same inputs")


def test_the_worst_op_is_named_though_another_is_allowed_more():
    found = [_difference("a", [0, 1], 0), _difference("b", [3], 3), _difference("c", [9, 0], 2)]
    check = compare_ops("a -> b", found)
    assert (check.largest, check.bound, check.values, check.holds) == (9, 2, 2, False)
    assert check.why.startswith("node 'c': given the same inputs")


@pytest.mark.parametrize(
    ("executor", "tells"),
    [("onnxruntime", True), ("onnxruntime-unoptimized", True), ("c", False), ("reference", False)],
)
def test_which_executors_tell_what_is_inside(executor, tells):
    assert can_inspect(executor) == tells


def test_a_runtime_that_tells_all_is_proven(tmp_path):
    integer = quantized(residual_network(), W8A8_ASYM)
    file = tmp_path / "hub.onnx"
    file.write_bytes(HUB.write(integer))
    feeds = [next(samples(integer, seed=seed)) for seed in (0, 1)]
    check = prove_ops("a -> b", "onnxruntime", file, integer, feeds)
    assert (check.step, check.holds, check.bound) == ("a -> b", True, 1)
    assert check.why.startswith("each of 11 ops: ")


def test_a_runtime_that_hides_an_op_is_not(tmp_path, monkeypatch):
    integer = quantized(residual_network(), W8A8_ASYM)
    file = tmp_path / "hub.onnx"
    file.write_bytes(HUB.write(integer))
    executor = registry.load("executor", "onnxruntime")
    load_inside = executor.load_inside

    def hiding(folder, main, names):
        return load_inside(folder, main, [name for name in names if name != "residual"])

    monkeypatch.setattr(executor, "load_inside", hiding)
    assert prove_ops("a -> b", "onnxruntime", file, integer, [next(samples(integer))]) is None


@pytest.mark.parametrize("wrong", [lambda y: y * 2, lambda y: y[:, ::-1], lambda y: y * np.nan])
def test_outputs_that_are_not_made_of_the_integers_inside(tmp_path, monkeypatch, wrong):
    integer = quantized(residual_network(), W8A8_ASYM)
    file = tmp_path / "hub.onnx"
    file.write_bytes(HUB.write(integer))
    executor = registry.load("executor", "onnxruntime")
    load = executor.load

    def other(folder, main, threads=1):
        run = load(folder, main, threads)
        return lambda feeds: {name: wrong(values) for name, values in run(feeds).items()}

    monkeypatch.setattr(executor, "load", other)
    check = prove_ops("a -> b", "onnxruntime", file, integer, [next(samples(integer))])
    assert check is not None
    assert not check.holds
    assert check.bound == 0


def test_what_is_proven_of_the_outputs():
    exact = proven_exactness(quantized(residual_network(), DPU_POW2))
    assert (exact.bound, exact.unit) == (0, "lsb")
    assert exact.why.startswith("proven: all scales are powers of two")
    further = proven_exactness(quantized(residual_network(), W8A8_ASYM))
    assert 1 < further.bound <= 255
    assert "each op alone" in further.why


def test_an_op_of_which_nothing_is_proven_proves_nothing(tmp_path, monkeypatch):
    integer = quantized(residual_network(), W8A8_ASYM)
    file = tmp_path / "hub.onnx"
    file.write_bytes(HUB.write(integer))
    judge = registry.load("executor", "reference")
    judge_ops = type(judge).judge_ops

    def without_proof(self, graph, inside):
        for difference in judge_ops(self, graph, inside):
            is_conv = difference.node == "stem_conv"
            yield replace(difference, allowed=difference.levels) if is_conv else difference

    monkeypatch.setattr(type(judge), "judge_ops", without_proof)
    assert prove_ops("a -> b", "onnxruntime", file, integer, [next(samples(integer))]) is None
