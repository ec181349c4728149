"""The reference against ONNX Runtime, on the hubs of random graphs."""

from math import frexp, inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from integer_graphs import FORMS, POWER_OF_TWO_FORMS, IntegerForm, integer_graph, integer_graphs
from onnx_runtime import run_onnx
from random_graphs import float_graphs, random_feeds

from compilers.hub import write
from compilers.reference import run_all, run_graph, run_node
from compilers.reference_executor import EXECUTOR
from zoo.errors import HubError
from zoo.graph import Graph, Node, Tensor

SEEDS = st.integers(0, 2**32 - 1)


def _differences(graph: Graph, seed: int) -> list[tuple[Node, float]]:
    """Return for each node how far it is from ONNX Runtime, given ONNX Runtime's inputs."""
    feeds = random_feeds(graph, seed)
    names = tuple(node.output for node in graph.nodes)
    values = run_onnx(write(graph), feeds, names) | feeds
    found = []
    for node in graph.nodes:
        ours, theirs = run_node(graph, node, values), values[node.output]
        assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
        found.append((node, float(np.abs(ours.astype(np.float64) - theirs).max())))
    return found


@given(graph=float_graphs(), seed=SEEDS)
@settings(max_examples=60, deadline=None)
def test_float_nodes_are_those_of_onnx_runtime(graph, seed):
    for _, difference in _differences(graph, seed):
        # Sums of at most 200 products of size 1, added in another order: 200 * 2**-24 each.
        assert difference < 1.2e-5


@given(graph=integer_graphs(POWER_OF_TWO_FORMS), seed=SEEDS)
@settings(max_examples=80, deadline=None)
def test_power_of_two_scales_are_bit_exact(graph, seed):
    for node, difference in _differences(graph, seed):
        assert difference <= (0 if _divides_exactly(node) else 1)


@given(graph=integer_graphs(FORMS), seed=SEEDS)
@settings(max_examples=60, deadline=None)
def test_float_scales_differ_by_one_at_most(graph, seed):
    for node, difference in _differences(graph, seed):
        # ONNX Runtime rounds s_in * s_w * acc / s_out in float32, and we once, so that
        # values next to a tie may fall to either side. Reals at the border are equal.
        assert difference <= (0 if node.op in ("quantize", "dequantize") else 1)


def _divides_exactly(node: Node) -> bool:
    """Whether a mean over the window needs no rounded 1 / count."""
    if node.op != "average_pool":
        return True
    counts = {frexp(multiplier)[0] for multiplier in node.integer["multiplier"]}
    return counts == {0.5}


def test_outputs_only_are_returned():
    graph = _two_convs()
    feeds = random_feeds(graph, seed=3)
    outputs, everything = run_graph(graph, feeds), run_all(graph, feeds)
    assert list(outputs) == ["y1"]
    assert set(everything) == {"image0", "y0", "y1"}
    np.testing.assert_array_equal(outputs["y1"], everything["y1"])


def test_batches_give_what_single_images_give():
    graph = integer_graph(_two_convs(), IntegerForm())
    feeds = random_feeds(graph, seed=3, batch=5)
    together = run_graph(graph, feeds)["y1"]
    single = [run_graph(graph, {"image0": image[None]})["y1"] for image in feeds["image0"]]
    np.testing.assert_array_equal(together, np.concatenate(single))


def test_executor_runs_a_hub_file(tmp_path: Path):
    graph = integer_graph(_two_convs(), IntegerForm())
    (tmp_path / "hub.onnx").write_bytes(write(graph))
    feeds = random_feeds(graph, seed=4)
    run = EXECUTOR.load(tmp_path, "hub.onnx", threads=1)
    np.testing.assert_array_equal(run(feeds)["y1"], run_graph(graph, feeds)["y1"])


def test_missing_inputs_are_named():
    with pytest.raises(HubError) as caught:
        run_graph(_two_convs(), {"picture": np.zeros((1, 2, 5, 5), np.float32)})
    assert str(caught.value) == "the network's input 'image0' is missing; given: picture"


def test_inputs_of_another_shape_are_refused():
    with pytest.raises(HubError) as caught:
        run_graph(_two_convs(), {"image0": np.zeros((1, 3, 5, 5), np.float32)})
    assert str(caught.value) == (
        "the network's input 'image0' has shape ('N', 2, 5, 5), given: (1, 3, 5, 5)"
    )


def _two_convs() -> Graph:
    random = np.random.default_rng(0)
    window = {"strides": (1, 1), "pads": (1, 1, 1, 1), "dilations": (1, 1), "group": 1}
    tensors = [
        Tensor("image0", ("N", 2, 5, 5), layout="NCHW"),
        Tensor("y0", ("N", 4, 5, 5), layout="NCHW"),
        Tensor("y1", ("N", 3, 5, 5), layout="NCHW"),
    ]
    for name, shape in (("w0", (4, 2, 3, 3)), ("w1", (3, 4, 3, 3))):
        data = random.standard_normal(shape).astype(np.float32)
        tensors.append(Tensor(name, shape, data=data))
    return Graph(
        "two_convs",
        ("image0",),
        ("y1",),
        {tensor.name: tensor for tensor in tensors},
        (
            Node("first", "conv", ("image0", "w0"), "y0", {**window, "clamp": (0.0, inf)}),
            Node("second", "conv", ("y0", "w1"), "y1", window),
        ),
    )
