"""Batch normalisation becomes weights."""

import numpy as np
import pytest
from build_graph import build_graph

from compilers.passes.fold_batchnorm import fold_batchnorm
from zoo.errors import HubError, UnsupportedOpError
from zoo.graph import Graph, Node

RANDOM = np.random.default_rng(0)
WINDOW = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "group": 1}
STATISTICS = ("scale", "shift", "mean", "variance")
# Weights are rounded to float32 again, which changes sums of 6 products of size 1 by 6 * 2**-24.
TOLERANCE = 1e-6


def _batchnorm(read: str, written: str) -> Node:
    return Node("bn", "batchnorm", (read, *STATISTICS), written, {"epsilon": 0.25})


def _constants(**more: tuple[int, ...]) -> dict[str, np.ndarray]:
    statistics = {name: RANDOM.uniform(0.5, 1.5, 4).astype(np.float32) for name in STATISTICS}
    weights = {name: RANDOM.standard_normal(s).astype(np.float32) for name, s in more.items()}
    return statistics | weights


def test_formula():
    constants = {
        "scale": np.float32([1, 1]),
        "shift": np.float32([0.5, 0]),
        "mean": np.float32([1, 0]),
        "variance": np.float32([3.75, 0]),
        "w": np.float32([[2, 4], [1, 1]]),
    }
    before = build_graph(
        {"x": ("N", 2)},
        (Node("fc", "dense", ("x", "w"), "d"), _batchnorm("d", "y")),
        ("y",),
        constants,
    )
    # 1 / sqrt(3.75 + 0.25) = 1/2 and 1 / sqrt(0 + 0.25) = 2
    expected = build_graph(
        {"x": ("N", 2)},
        (Node("fc", "dense", ("x", "w", "w.bias"), "y"),),
        ("y",),
        {"w": np.float32([[1, 2], [2, 2]]), "w.bias": np.float32([0, 0])},
    )
    assert fold_batchnorm(before) == expected


@pytest.mark.parametrize("inputs", [("x", "w"), ("x", "w", "b")])
def test_joins_the_convolution(same_outputs, inputs):
    before = build_graph(
        {"x": ("N", 6, 3, 3)},
        (Node("conv", "conv", inputs, "d", WINDOW), _batchnorm("d", "y")),
        ("y",),
        _constants(w=(4, 6, 1, 1), b=(4,)),
    )
    after = fold_batchnorm(before)
    (node,) = after.nodes
    assert (node.op, node.inputs[:2], node.output) == ("conv", ("x", "w"), "y")
    same_outputs(before, after, 3 * TOLERANCE)


def test_weights_with_another_reader_stay_as_they_are(same_outputs):
    before = build_graph(
        {"x": ("N", 6, 3, 3)},
        (
            Node("one", "conv", ("x", "w"), "d", WINDOW),
            Node("two", "conv", ("x", "w"), "z", WINDOW),
            _batchnorm("d", "y"),
        ),
        ("y", "z"),
        _constants(w=(4, 6, 1, 1)),
    )
    after = fold_batchnorm(before)
    assert after.producer("y").inputs == ("x", "w.1", "w.bias")
    assert after.tensors["w"] == before.tensors["w"]
    same_outputs(before, after, 3 * TOLERANCE)


@pytest.mark.parametrize("outputs", [("y", "d"), ("y",)])
def test_becomes_depthwise_where_it_cannot_join(same_outputs, outputs):
    clamp = {} if "d" in outputs else {"clamp": (0.0, 6.0)}
    before = build_graph(
        {"x": ("N", 6, 3, 3)},
        (Node("conv", "conv", ("x", "w"), "d", {**WINDOW, **clamp}), _batchnorm("d", "y")),
        outputs,
        _constants(w=(4, 6, 1, 1)),
    )
    after = fold_batchnorm(before)
    assert after.nodes[0] == before.nodes[0]
    assert after.nodes[1] == Node(
        "bn", "conv", ("d", "y.weight", "y.bias"), "y", {**WINDOW, "group": 4}
    )
    same_outputs(before, after, 3 * TOLERANCE)


def test_without_images_it_is_refused():
    before: Graph = build_graph({"x": ("N", 4)}, (_batchnorm("x", "y"),), ("y",), _constants())
    with pytest.raises(UnsupportedOpError) as caught:
        fold_batchnorm(before)
    assert str(caught.value) == (
        "graph 'built': node 'bn' (BatchNormalization) normalises 'x' of shape ('N', 4); it must "
        "be an image [N, C, H, W], or the output of a dense layer that nothing else reads: put it "
        "directly after that layer"
    )


@pytest.mark.parametrize(
    ("name", "value"), [("variance", -1), ("variance", -0.25), ("w", 3e38), ("w", np.nan)]
)
def test_weights_that_are_not_finite_are_refused(name, value):
    constants = {key: np.full(4, 2, np.float32) for key in STATISTICS}
    constants |= {"w": np.ones((4, 6), np.float32)}
    constants[name] = np.full_like(constants[name], value)
    before = build_graph(
        {"x": ("N", 6)},
        (Node("fc", "dense", ("x", "w"), "d"), _batchnorm("d", "y")),
        ("y",),
        constants,
    )
    with pytest.raises(HubError, match=r"node 'bn' \(BatchNormalization\) turns '.*' into"):
        fold_batchnorm(before)
