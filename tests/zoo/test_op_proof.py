"""Checks of each op alone."""

import numpy as np
import pytest

from zoo.op_proof import can_inspect, compare_ops
from zoo.plugs import OpDifference


def _difference(node: str, steps: list[int], allowed: int) -> OpDifference:
    return OpDifference(node, np.array(steps), allowed)


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
