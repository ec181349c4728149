"""Networks built from the blocks of MobileNet's neighbours, as exporters write them."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from onnx_runtime import run_onnx
from random_graphs import random_feeds

from compilers.hub import read, write
from compilers.quantize.ptq import QUANTIZER
from compilers.reference import run_graph, run_node
from compilers.schemes import DPU_POW2, KPU_U8, W8A8_ASYM, W8A8_SYM
from zoo.contract import Contract, TensorSpec
from zoo.errors import HubError
from zoo.graph import Graph
from zoo.plugs import QuantizeOptions
from zoo.scheme import Scheme

SCHEMES = (W8A8_ASYM, W8A8_SYM, DPU_POW2, KPU_U8)
EXACT_OPS = ("quantize", "dequantize", "max_pool", "pad", "reshape", "slice", "transpose")


class Network:
    """An ONNX model under construction; methods return the name of what they add."""

    def __init__(self, shape: tuple[int | str, ...], opset: int = 17) -> None:
        self._random = np.random.default_rng(0)
        self._opset = opset
        self._input = helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def add(self, op_type: str, *inputs: str, **attributes: Any) -> str:
        """Append a node."""
        name = f"{op_type}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(op_type, inputs, [name], name, **attributes))
        return name

    def constant(self, values: object, dtype: str = "float32") -> str:
        """Append an initialiser."""
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.array(values, dtype), name))
        return name

    def weight(self, *shape: int) -> str:
        """Append a random initialiser that keeps the size of what it is multiplied with."""
        fan_in = float(np.prod(shape[1:])) if len(shape) > 1 else 4.0
        return self.constant(self._random.standard_normal(shape) / np.sqrt(fan_in))

    def conv(self, x: str, out: int, into: int, kernel: int = 1, stride: int = 1) -> str:
        """Append a convolution with a bias; into: input channels per group, 1 is depthwise."""
        return self.add(
            "Conv",
            x,
            self.weight(out, into, kernel, kernel),
            self.weight(out),
            strides=[stride, stride],
            pads=[kernel // 2] * 4,
            group=out if into == 1 else 1,
        )

    def batchnorm(self, x: str, channels: int) -> str:
        """Append a batch normalisation that does not do nothing."""
        statistics = self._random.uniform(0.5, 1.5, (4, channels))
        return self.add("BatchNormalization", x, *(self.constant(row) for row in statistics))

    def integers(self, *values: int) -> str:
        """Append a list of int64."""
        return self.constant(values, "int64")

    def content(self, *outputs: str) -> bytes:
        """Return the file."""
        infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
        graph = helper.make_graph(self._nodes, "net", [self._input], infos, self._constants)
        opset = helper.make_opsetid("", self._opset)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
        return onnx.shape_inference.infer_shapes(model).SerializeToString()


def mobilenet_v2() -> bytes:
    """Inverted residual with ReLU6 (Sandler et al. 2018), pool and classifier."""
    net = Network(("batch", 3, 16, 16), opset=13)
    zero, six = net.constant(0), net.constant(6)
    stem = net.add("Clip", net.batchnorm(net.conv("image", 8, 3, 3, 2), 8), zero, six)
    wide = net.add("Clip", net.batchnorm(net.conv(stem, 24, 8), 24), zero, six)
    deep = net.add("Clip", net.batchnorm(net.conv(wide, 24, 1, 3), 24), zero, six)
    joined = net.add("Add", stem, net.batchnorm(net.conv(deep, 8, 24), 8))
    flat = net.add("Flatten", net.add("GlobalAveragePool", joined))
    return net.content(net.add("Gemm", flat, net.weight(10, 8), net.weight(10), transB=1))


def mobilenet_v3() -> bytes:
    """Squeeze and excitation with hard swish (Howard et al. 2019); a second gate is a sigmoid."""
    net = Network(("batch", 3, 16, 16))
    stem = net.add("HardSwish", net.conv("image", 8, 3, 3, 2))
    deep = net.add("HardSwish", net.conv(stem, 8, 1, 5))
    for gate in ("HardSigmoid", "Sigmoid"):
        squeezed = net.add("Relu", net.conv(net.add("GlobalAveragePool", deep), 4, 8))
        deep = net.add("Mul", net.add(gate, net.conv(squeezed, 8, 4)), deep)
    return net.content(net.add("Add", stem, net.conv(deep, 8, 8)))


def shufflenet_v2() -> bytes:
    """Channel split and shuffle (Ma et al. 2018) behind a max pool with ceil_mode."""
    net = Network(("batch", 8, 9, 9))
    pooled = net.add(
        "MaxPool", "image", kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 0, 0], ceil_mode=1
    )
    kept = net.add("Slice", pooled, *(net.integers(n) for n in (0, 4, 1, 1)))
    worked = net.add("Slice", pooled, *(net.integers(n) for n in (4, 2**63 - 1, 1, 1)))
    worked = net.add("Relu", net.conv(net.conv(worked, 4, 1, 3), 4, 4))
    joined = net.add("Concat", kept, worked, axis=1)
    grouped = net.add("Reshape", joined, net.integers(-1, 2, 4, 4, 4))
    mixed = net.add("Transpose", grouped, perm=[0, 2, 1, 3, 4])
    return net.content(net.add("Reshape", mixed, net.integers(-1, 8, 4, 4)))


def face_detector() -> bytes:
    """Feature pyramid and heads as in YuNet (Wu et al. 2023) and Ultra-Light."""
    net = Network(("batch", 3, 16, 16))
    fine = net.add("Relu", net.conv("image", 8, 3, 3, 2))
    coarse = net.add("MaxPool", fine, kernel_shape=[2, 2], strides=[2, 2])
    coarse = net.add("Relu", net.conv(coarse, 8, 8))
    scales = net.constant([1, 1, 2, 2])
    larger = net.add(
        "Resize",
        coarse,
        "",
        scales,
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )
    heads = []
    for features in (net.add("Add", fine, larger), coarse):
        rows = net.add("Transpose", net.conv(features, 2, 8), perm=[0, 2, 3, 1])
        heads.append(net.add("Reshape", rows, net.integers(0, -1, 2)))
    scores = net.add("Softmax", net.add("Concat", *heads, axis=1), axis=2)
    objectness = net.add("Sigmoid", net.add("Reshape", net.conv(fine, 1, 8), net.integers(0, -1)))
    return net.content(scores, objectness)


def segmenter() -> bytes:
    """Padded convolutions, leaky and parametric rectifiers, bilinear upsampling."""
    net = Network(("batch", 3, 8, 8), opset=18)
    pads = net.integers(0, 0, 1, 1, 0, 0, 1, 1)
    padded = net.add("Pad", "image", pads, net.constant(0))
    x = net.add("LeakyRelu", net.add("Conv", padded, net.weight(4, 3, 3, 3)), alpha=0.1)
    x = net.add("PRelu", net.conv(x, 4, 1, 3, 2), net.constant([[[0.25]], [[0.5]], [[0]], [[-1]]]))
    x = net.add("Resize", x, "", "", net.integers(8, 8), mode="linear", axes=[2, 3])
    return net.content(net.add("Tanh", net.add("Sub", x, net.conv("image", 4, 3))))


def written_out() -> bytes:
    """Normalisation, hard swish and a factor per channel in single arithmetic operators."""
    net = Network(("batch", 3, 8, 8), opset=13)
    mean, deviation = net.constant([[[0.4]], [[0.5]], [[0.6]]]), net.constant([[[2]], [[3]], [[4]]])
    x = net.conv(net.add("Div", net.add("Sub", "image", mean), deviation), 8, 3, 3)
    shifted = net.add("Add", x, net.constant(3))
    gate = net.add("Clip", shifted, net.constant(0), net.constant(6))
    x = net.add("Div", net.add("Mul", x, gate), net.constant(6))
    return net.content(net.add("Mul", net.weight(1, 8, 1, 1), x))


BUILDERS = (mobilenet_v2, mobilenet_v3, shufflenet_v2, face_detector, segmenter, written_out)
NETWORKS = pytest.mark.parametrize("build", BUILDERS, ids=lambda build: build.__name__)
QUANTIZATIONS = pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)


@NETWORKS
def test_import_computes_what_the_file_says(build: Callable[[], bytes]):
    content = build()
    graph = read(content, "net.onnx")
    feeds = random_feeds(graph, seed=2, batch=3)
    theirs, ours = run_onnx(content, feeds), run_graph(graph, feeds)
    assert list(ours) == list(theirs)
    for name, values in theirs.items():
        assert ours[name].shape == values.shape
        # Float32 sums in another order, with batch normalisation folded into the weights.
        np.testing.assert_allclose(ours[name], values, rtol=1e-4, atol=1e-5)


@NETWORKS
def test_hub_gives_the_graph_back(build: Callable[[], bytes]):
    graph = read(build(), "net.onnx")
    assert read(write(graph), "net.onnx") == graph


@NETWORKS
@QUANTIZATIONS
def test_quantized_graph_comes_back_from_the_hub(build: Callable[[], bytes], scheme: Scheme):
    graph = _quantized(build, scheme)
    assert read(write(graph), "net.onnx") == graph


@NETWORKS
@QUANTIZATIONS
def test_quantized_network_computes_nearly_the_same(build: Callable[[], bytes], scheme: Scheme):
    graph = read(build(), "net.onnx")
    feeds = random_feeds(graph, seed=99, batch=4)
    reals, integers = run_graph(graph, feeds), run_graph(_quantized(build, scheme), feeds)
    for name, real in reals.items():
        error = np.sqrt(np.mean((integers[name] - real) ** 2) / np.var(real))
        # Normal values span 9 deviations, so that a step is up to 18 / 256 of one where scales are
        # powers of two, and rounding adds step / sqrt(12) = 2 % of noise at each node.
        assert error < 0.02 * np.sqrt(len(graph.nodes))


@NETWORKS
@QUANTIZATIONS
def test_integer_nodes_are_within_one_step_of_onnx_runtime(
    build: Callable[[], bytes], scheme: Scheme
):
    graph = _quantized(build, scheme)
    feeds = random_feeds(graph, seed=1)
    values = run_onnx(write(graph), feeds, tuple(node.output for node in graph.nodes)) | feeds
    for node in graph.nodes:
        ours, theirs = run_node(graph, node, values), values[node.output]
        difference = float(np.abs(ours.astype(np.float64) - theirs).max())
        # Values next to a tie may fall to either side of it, see the tests of the ops.
        assert difference <= (0 if node.op in EXACT_OPS else 1), node


@cache
def _quantized(build: Callable[[], bytes], scheme: Scheme) -> Graph:
    graph = read(build(), "net.onnx")
    specs = {name: TensorSpec(name, graph.tensors[name].shape[1:]) for name in graph.tensors}
    outputs = tuple(specs[name] for name in graph.outputs)
    contract = Contract(specs["image"], outputs, pre=())
    samples = [random_feeds(graph, seed, batch=8) for seed in range(8)]
    return QUANTIZER.quantize(graph, scheme, samples, contract, QuantizeOptions())


@NETWORKS
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_files_are_read_or_refused(build: Callable[[], bytes], data: st.DataObject):
    content = bytearray(build())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(HubError):
        read(bytes(content), "net.onnx")
