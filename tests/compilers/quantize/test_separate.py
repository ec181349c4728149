"""A known grid is imposed on nothing that has another one."""

from dataclasses import replace

import numpy as np
import pytest
from quantization import NORMALIZE, contract_of, pixel_feeds

from compilers.quantize.ptq import QUANTIZER
from compilers.reference import run_graph
from compilers.schemes import DPU_POW2, W8A8_ASYM
from zoo.graph import Graph, Node, Tensor
from zoo.plugs import QuantizeOptions

STEP = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "group": 1}
POOL = {"kernel": (2, 2), "strides": (2, 2), "pads": (0, 0, 0, 0), "dilations": (1, 1)}


def _network(gain: float, pooled: bool) -> Graph:
    """The picture, perhaps pooled, beside a convolution of it, joined and convolved again."""
    random = np.random.default_rng(0)
    constants = {
        "w": random.normal(0, gain, (3, 3, 1, 1)).astype(np.float32),
        "v": np.full((2, 6, 1, 1), 0.1, np.float32),
    }
    size = 8 if pooled else 16
    shapes = {"x": (3, 16), "a": (3, size), "c": (3, size), "d": (6, size), "y": (2, size)}
    first = "a" if pooled else "x"
    nodes = [
        Node("conv", "conv", (first, "w"), "c", STEP),
        Node("join", "concat", (first, "c"), "d", {"axis": 1}),
        Node("last", "conv", ("d", "v"), "y", STEP),
    ]
    nodes = [Node("pool", "max_pool", ("x",), "a", POOL), *nodes] if pooled else nodes
    tensors = {name: Tensor(name, data.shape, data=data) for name, data in constants.items()}
    tensors |= {n: Tensor(n, ("N", c, s, s), layout="NCHW") for n, (c, s) in shapes.items()}
    used = {name for node in nodes for name in (*node.inputs, node.output)}
    kept = {name: tensor for name, tensor in tensors.items() if name in used}
    return Graph("joined", ("x",), ("y",), kept, tuple(nodes))


def _quantized(graph: Graph, scheme=DPU_POW2, **options) -> Graph:
    feeds = [pixel_feeds(graph, 64)]
    contract = contract_of(graph, NORMALIZE)
    return QUANTIZER.quantize(graph, scheme, feeds, contract, QuantizeOptions(**options))


@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("gain", [0.003, 0.3, 3.0, 30.0])
def test_a_concat_with_the_picture_loses_little(gain, pooled):
    graph = _network(gain, pooled)
    feeds = pixel_feeds(graph, 16, seed=1)
    wanted, found = run_graph(graph, feeds)["y"], run_graph(_quantized(graph), feeds)["y"]
    assert np.abs(found - wanted).max() < 0.1 * np.abs(wanted).max()


def test_pixels_stay_exact_and_the_others_get_their_range():
    integer = _quantized(_network(30.0, pooled=False))
    assert integer.tensors["x_quantized"].quantization.scale == (1 / 128,)
    assert integer.tensors["c"].quantization.scale[0] >= 0.5
    assert [node.op for node in integer.nodes].count("conv") == 3


@pytest.mark.parametrize(
    ("gain", "scheme"), [(0.3, DPU_POW2), (30.0, W8A8_ASYM)], ids=["one grid fits", "no sharing"]
)
def test_nothing_is_inserted_without_need(gain, scheme):
    integer = _quantized(_network(gain, pooled=True), scheme, calibrator="minmax")
    assert [node.op for node in integer.nodes].count("conv") == 2


def test_what_is_no_image_is_observed_together():
    graph = _network(30.0, pooled=False)
    flat = {name: replace(t, layout="") for name, t in graph.tensors.items()}
    integer = _quantized(replace(graph, tensors=flat))
    shared = {integer.tensors[name].quantization.scale for name in ("x_quantized", "c", "d")}
    assert len(shared) == 1
