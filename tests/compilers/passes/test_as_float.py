"""The float network behind an integer one."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from networks import residual_network
from onnx_runtime import run_onnx
from quantization import pixel_feeds, quantized
from quantized_files import quantized_file

from compilers.hub import read, simplify
from compilers.op_parts.arithmetic import clamp_of
from compilers.passes.as_float import as_float
from compilers.reference import run_graph
from compilers.schemes import W8A8_ASYM
from zoo.errors import QuantizeError


def test_it_computes_what_was_quantized():
    graph = residual_network()
    form = as_float(quantized(graph, W8A8_ASYM, calibrator="minmax", correct_bias=False))
    assert not form.graph.is_quantized
    assert (form.graph.inputs, form.graph.outputs) == (graph.inputs, graph.outputs)
    assert [node.op for node in form.graph.nodes] == [node.op for node in graph.nodes]
    feeds = pixel_feeds(graph, 4)
    found, wanted = run_graph(form.graph, feeds), run_graph(graph, feeds)
    for name, values in wanted.items():
        # Weights of 8 bits, activations not rounded.
        assert np.abs(found[name] - values).max() < 0.02 * np.abs(values).max()


def test_a_relu_that_saturation_stands_for_comes_back(tmp_path):
    pytest.importorskip("onnxruntime.quantization")
    content = simplify(quantized_file(tmp_path / "net.onnx"), "net.onnx")
    assert b"Relu" not in content
    form = as_float(read(content, "net.onnx"))
    clamps = {node.output: clamp_of(node) for node in form.graph.nodes if node.op == "conv"}
    assert clamps["act_QuantizeLinear_Output"] == (0.0, inf)
    feeds = {"x": np.random.default_rng(0).uniform(-1, 1, (4, 3, 8, 8)).astype(np.float32)}
    found = run_graph(form.graph, feeds)["y"]
    wanted = run_onnx((tmp_path / "net.float.onnx").read_bytes(), feeds)["y"]
    assert np.abs(found - wanted).max() < 0.05 * np.abs(wanted).max()


def test_ranges_are_those_of_the_integers():
    integer = quantized(residual_network(), W8A8_ASYM)
    form = as_float(integer)
    grid = integer.tensors["landmarks_quantized"].quantization
    assert grid is not None
    low, high = form.ranges["landmarks"]
    assert low == -grid.zero_point[0] * grid.scale[0]
    assert high == (255 - grid.zero_point[0]) * grid.scale[0]
    names = {name for node in form.graph.nodes for name in (node.inputs[0], node.output)}
    assert names <= form.ranges.keys()


def test_copies_among_the_outputs_are_refused():
    graph = quantized(residual_network(), W8A8_ASYM)
    last = graph.nodes[-1]
    twin = replace(last, name="twin", output="twin")
    tensor = replace(graph.tensors[last.output], name="twin")
    both = replace(
        graph,
        nodes=(*graph.nodes, twin),
        tensors={**graph.tensors, "twin": tensor},
        outputs=(*graph.outputs, "twin"),
    )
    with pytest.raises(QuantizeError) as caught:
        as_float(both)
    assert str(caught.value) == (
        "graph 'residual': of its outputs landmarks, twin one is an unchanged input or repeats "
        "another output; remove it from the network's outputs"
    )
