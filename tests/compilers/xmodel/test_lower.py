"""The form of each op, as AMD's own quantizer writes it."""

import re
from dataclasses import replace
from math import inf

import numpy as np
import pytest
from build_graph import build_graph
from networks import residual_network
from quantization import quantized, samples

from compilers.reference import run_graph
from compilers.schemes import DPU_POW2, W8A8_ASYM, W8A8_SYM
from compilers.xmodel.executor import XmodelRun
from compilers.xmodel.lower import lower
from compilers.xmodel.powers_of_two import require_powers_of_two
from compilers.xmodel.xir import XirGraph, XirOp
from zoo import registry
from zoo.errors import RefusedError, UnsupportedOpError
from zoo.graph import Graph, Node, Tensor
from zoo.lowering import lowered_ops

WINDOW = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1)}


def _graph(op: str, attributes: dict, shape: tuple, output: tuple, *weights: tuple) -> Graph:
    """Return the integer graph of one node that reads 'x' and constants of these shapes."""
    random = np.random.default_rng(0)
    constants = [
        Tensor(f"w{i}", size, data=random.standard_normal(size).astype(np.float32))
        for i, size in enumerate(weights)
    ]
    tensors = {t.name: t for t in (Tensor("x", ("N", *shape)), Tensor("y", ("N", *output)))}
    tensors |= {constant.name: constant for constant in constants}
    node = Node("node", op, ("x", *(c.name for c in constants)), "y", attributes)
    return quantized(Graph("one", ("x",), ("y",), tensors, (node,)), DPU_POW2)


def _types(graph: XirGraph) -> list[str]:
    """Return the types of the ops between the input's fix and the end, constants left out."""
    types = [op.type for op in graph.ops if op.type != "const" and not _is_of_constant(graph, op)]
    assert types[:2] == ["data", "fix"]
    return types[2:]


def _is_of_constant(graph: XirGraph, op: XirOp) -> bool:
    constants = {other.name for other in graph.ops if other.type == "const"}
    return op.type == "fix" and op.arguments["input"][0] in constants


def _op(graph: XirGraph, kind: str) -> XirOp:
    (op,) = (op for op in graph.ops if op.type == kind)
    return op


def test_a_network_is_named_as_its_model_and_returns_its_outputs(lowered):
    assert lowered.name == "test"
    assert lowered.attributes["return_ops"].value == ("landmarks_fix",)
    assert [op.name for op in lowered.ops if op.type == "data"] == ["image"]


def test_a_relu_follows_without_a_fix_between(lowered):
    assert _types(lowered)[:3] == ["conv2d", "relu", "fix"]


def test_what_only_a_concat_reads_is_rounded_behind_it(lowered):
    ops = {op.name: op for op in lowered.ops}
    assert ops["joined"].arguments["input"] == ("stem_fix", "residual")
    assert ops["joined_fix"].arguments["input"] == ("joined",)


def test_widths_come_first_and_pads_as_left_right_top_bottom():
    attributes = {"strides": (2, 1), "pads": (0, 1, 2, 3), "dilations": (1, 2), "group": 1}
    graph = lower(_graph("conv", attributes, (3, 8, 9), (5, 4, 11), (5, 3, 4, 2), (5,)))
    conv = _op(graph, "conv2d")
    expected = {
        "kernel": (2, 4),
        "stride": (1, 2),
        "dilation": (2, 1),
        "pad": (1, 3, 0, 2),
        "pad_mode": "FLOOR",
        "in_dim": 3,
        "out_dim": 5,
        "group": 1,
        "bias_term": True,
    }
    assert {name: attribute.value for name, attribute in conv.attributes.items()} == expected
    assert conv.tensor.shape == (1, 4, 11, 5)
    assert [op.tensor.shape for op in graph.ops if op.type == "const"] == [(5, 4, 2, 3), (5,)]


def test_weights_of_a_depthwise_convolution_have_channels_last():
    attributes = {**WINDOW, "group": 4}
    graph = lower(_graph("conv", attributes, (4, 5, 5), (4, 4, 3), (4, 1, 2, 3)))
    (weights,) = _op(graph, "depthwise-conv2d").arguments["weights"]
    assert next(op for op in graph.ops if op.name == weights).tensor.shape == (1, 2, 3, 4)


@pytest.mark.parametrize(("kernel", "coefficient"), [(6, 36 * 7 / 256), (7, 49 * 21 / 1024)])
def test_a_mean_is_followed_by_the_chips_coefficient(kernel, coefficient):
    attributes = {"kernel": (kernel, kernel), "strides": (1, 1), "pads": (0, 0, 0, 0)}
    attributes |= {"count_include_pad": 0, "keep_axes": 1}
    graph = lower(_graph("average_pool", attributes, (4, kernel, kernel), (4, 1, 1)))
    assert _types(graph) == ["avgpool2d", "mul", "fix"]
    assert np.frombuffer(_op(graph, "const").attribute("data"), "<f4") == coefficient


def test_a_mean_over_a_power_of_two_needs_none_and_a_flat_one_is_reshaped():
    attributes = {"kernel": (4, 4), "strides": (1, 1), "pads": (0, 0, 0, 0)}
    attributes |= {"count_include_pad": 0, "keep_axes": 0}
    graph = lower(_graph("average_pool", attributes, (3, 4, 4), (3,)))
    assert _types(graph) == ["avgpool2d", "fix", "reshape"]
    assert graph.attributes["return_ops"].value == ("y",)


def test_a_flattened_image_keeps_the_graphs_order():
    graph = lower(_graph("reshape", {"shape": (12,)}, (3, 2, 2), (12,)))
    assert _types(graph) == ["transpose", "reshape"]
    assert _op(graph, "transpose").attribute("order") == (0, 3, 1, 2)
    assert _op(graph, "reshape").attribute("shape") == (1, 12)


def test_a_dense_layer_reads_an_image_as_it_lies():
    weight = np.random.default_rng(0).standard_normal((5, 12)).astype(np.float32)
    nodes = (
        Node("flat", "reshape", ("x",), "f", {"shape": (12,)}),
        Node("fc", "dense", ("f", "w"), "y"),
        Node("other", "dense", ("f", "w"), "z"),
    )
    plain = build_graph({"x": ("N", 3, 2, 2)}, nodes, ("y", "z"), {"w": weight})
    graph = quantized(plain, DPU_POW2)
    lowered = lower(graph)
    assert _types(lowered) == ["reshape", "matmul", "fix", "matmul", "fix"]
    feeds = next(samples(graph))
    found, wanted = XmodelRun(lowered, "file")(feeds), run_graph(graph, feeds)
    for name in wanted:
        np.testing.assert_array_equal(found[name], wanted[name])


@pytest.mark.parametrize("shape", [(5, 1, 1), (1, 2, 3)])
def test_one_pixel_or_one_channel_is_flat_already(shape):
    size = int(np.prod(shape))
    assert _types(lower(_graph("reshape", {"shape": (size,)}, shape, (size,)))) == ["reshape"]


def test_axes_of_a_transpose_are_those_of_nhwc():
    graph = lower(_graph("transpose", {"permutation": (0, 3, 2, 1)}, (2, 3, 4), (4, 3, 2)))
    assert _op(graph, "transpose").attribute("order") == (0, 1, 3, 2)
    assert _op(graph, "transpose").tensor.shape == (1, 3, 2, 4)


def test_max_pools_have_a_fix():
    attributes = {"kernel": (2, 2), **WINDOW, "strides": (2, 2)}
    graph = lower(_graph("max_pool", attributes, (3, 4, 4), (3, 2, 2)))
    assert _types(graph) == ["maxpool2d", "fix"]


def test_leaky_relus_keep_their_slope():
    graph = lower(_graph("leaky_relu", {"alpha": 26 / 256}, (3, 4, 4), (3, 4, 4)))
    assert _types(graph) == ["leaky-relu", "fix"]
    assert _op(graph, "leaky-relu").attribute("alpha") == 26 / 256


@pytest.mark.parametrize(
    ("clamp", "types"),
    [
        ((0.0, inf), ["relu", "fix"]),
        ((0.0, 6.0), ["relu6", "fix"]),
        ((0.0, 1e6), ["relu", "fix"]),
        ((-1e6, 1e6), ["fix"]),
    ],
)
def test_bounds_outside_of_the_integers_are_none(clamp, types):
    graph = _graph("add", {"clamp": clamp}, (3, 4, 4), (3, 4, 4), (1, 3, 1, 1))
    # Bounds that bind need a grid that reaches beyond them.
    coarse = {
        name: replace(t, quantization=replace(t.quantization, scale=(0.25,)))
        for name, t in graph.tensors.items()
        if t.quantization and not t.is_constant
    }
    graph = replace(graph, tensors={**graph.tensors, **coarse})
    assert _types(lower(graph)) == ["depthwise-conv2d", *types]


def test_names_that_the_file_needs_are_kept_free():
    graph = residual_network()
    renamed = {"stem": "landmarks_fix", "depthwise": "image_fix"}
    tensors = {
        renamed.get(name, name): replace(tensor, name=renamed.get(name, name))
        for name, tensor in graph.tensors.items()
    }
    nodes = tuple(
        replace(
            node,
            inputs=tuple(renamed.get(name, name) for name in node.inputs),
            output=renamed.get(node.output, node.output),
        )
        for node in graph.nodes
    )
    lowered = lower(quantized(replace(graph, tensors=tensors, nodes=nodes), DPU_POW2))
    names = [op.name for op in lowered.ops]
    assert len(set(names)) == len(names)
    assert lowered.attributes["return_ops"].value == ("landmarks_fix",)
    ops = {op.name: op for op in lowered.ops}
    assert ops["landmarks_fix"].arguments["input"] == ("landmarks",)
    assert ops["image_fix"].arguments["input"] == ("image",)


REFUSED = {
    "clamp": (
        _graph("add", {"clamp": (-0.5, 0.5)}, (3, 4, 4), (3, 4, 4), (1, 3, 1, 1)),
        "node 'node' (conv): clips to (-0.5, 0.5); an .xmodel has ReLU and ReLU6; train",
    ),
    "dilated pool": (
        _graph(
            "max_pool",
            {"kernel": (2, 2), **WINDOW, "dilations": (2, 2)},
            (3, 4, 4),
            (3, 2, 2),
        ),
        "node 'node' (max_pool): dilations 2x2; the DPU's pools have none; use 1x1",
    ),
    "op": (
        _graph("sigmoid", {}, (3, 4, 4), (3, 4, 4)),
        "node 'node' (sigmoid): no lowering 'xmodel/sigmoid' is registered; use",
    ),
    "uneven mean": (
        _graph(
            "average_pool",
            {
                "kernel": (2, 2),
                "strides": (1, 1),
                "pads": (1, 1, 1, 1),
                "count_include_pad": 0,
                "keep_axes": 1,
            },
            (3, 4, 4),
            (3, 5, 5),
        ),
        "node 'node' (average_pool): its means leave out the pads; the DPU divides",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_form_is_refused(case):
    graph, message = REFUSED[case]
    with pytest.raises(UnsupportedOpError, match=re.escape(message)):
        lower(graph)


def test_a_true_mean_is_refused():
    attributes = {"kernel": (7, 7), "strides": (1, 1), "pads": (0, 0, 0, 0)}
    attributes |= {"count_include_pad": 0, "keep_axes": 1}
    graph = _graph("average_pool", attributes, (3, 7, 7), (3, 1, 1))
    nodes = [
        replace(node, integer={**node.integer, "multiplier": (1402438301,), "shift": (36,)})
        if node.op == "average_pool"
        else node
        for node in graph.nodes
    ]
    with pytest.raises(UnsupportedOpError, match=r"divides by 49, the DPU computes sum \* M >> S"):
        lower(graph.replace(nodes))


def test_an_activation_of_fewer_axes_is_refused():
    tensors = {"x": Tensor("x", (1, 4)), "image": Tensor("image", (1, 3, 2, 4))}
    tensors["y"] = replace(tensors["image"], name="y")
    node = Node("node", "mul", ("image", "x"), "y")
    graph = quantized(Graph("one", ("image", "x"), ("y",), tensors, (node,)), DPU_POW2)
    with pytest.raises(UnsupportedOpError, match=r"'x_quantized' .* one of 4 axes; an"):
        lower(graph)


def test_an_output_that_repeats_another_is_refused(network):
    twice = Node("again", "dequantize", network.producer("landmarks").inputs, "again")
    tensors = {**network.tensors, "again": replace(network.tensors["landmarks"], name="again")}
    graph = replace(
        network, nodes=(*network.nodes, twice), tensors=tensors, outputs=("landmarks", "again")
    )
    with pytest.raises(UnsupportedOpError, match="returns each integer tensor once"):
        lower(graph)


def test_float_networks_are_refused():
    with pytest.raises(RefusedError, match="kv260: graph 'residual' is float, the DPU computes in"):
        require_powers_of_two(residual_network(), "kv260")


@pytest.mark.parametrize(
    ("scheme", "why"),
    [(W8A8_ASYM, "is uint8"), (W8A8_SYM, r"has the scale 0\.\d+|has 4 scales")],
)
def test_other_schemes_are_refused(scheme, why):
    graph = quantized(residual_network(), scheme)
    with pytest.raises(RefusedError, match=f"^kv260: tensor '.*' ({why}); the DPU takes int8"):
        require_powers_of_two(graph, "kv260")


def test_the_scheme_of_the_dpu_is_taken(network):
    require_powers_of_two(network, "kv260")


def test_every_lowering_is_of_an_op_of_the_graph():
    assert set(lowered_ops("xmodel")) <= set(registry.names("op"))
