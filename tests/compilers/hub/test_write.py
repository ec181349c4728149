"""What the written file looks like."""

from dataclasses import replace

import numpy as np
import onnx
import pytest
from integer_graphs import IntegerForm, integer_graph
from networks import residual_network

from compilers.hub import HUB, write
from zoo.errors import HubError
from zoo.graph import Graph


def _model(graph: Graph) -> onnx.ModelProto:
    return onnx.load_from_string(write(graph))


def _integers(**form: object) -> Graph:
    return integer_graph(residual_network(), IntegerForm(**form))


def test_weights_are_integers_in_the_file():
    kinds = {proto.name: proto.data_type for proto in _model(_integers()).graph.initializer}
    assert kinds["fc.weight"] == onnx.TensorProto.INT8
    assert kinds["fc.bias"] == onnx.TensorProto.INT32
    assert kinds["fc.weight.scale"] == onnx.TensorProto.FLOAT


def test_four_bit_weights_take_four_bits():
    graph = _integers(weight_bits=4)
    (weight,) = (p for p in _model(graph).graph.initializer if p.name == "fc.weight")
    assert weight.data_type == onnx.TensorProto.INT4
    assert len(weight.raw_data) == graph.tensors["fc.weight"].data.size // 2
    found = onnx.numpy_helper.to_array(weight).astype(np.int8)
    np.testing.assert_array_equal(found, graph.tensors["fc.weight"].data)


def test_clamps_are_written_out():
    types = [node.op_type for node in _model(_integers()).graph.node]
    start = types.index("Conv")
    assert types[start : start + 3] == ["Conv", "Relu", "QuantizeLinear"]


def test_opset_and_ir_version_of_onnx_runtime_1_20():
    model = _model(residual_network())
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", 21)]
    assert model.ir_version == 10


def test_metadata_is_sorted():
    graph = replace(residual_network(), metadata={"b": "2", "a": "1"})
    entries = [(entry.key, entry.value) for entry in _model(graph).metadata_props]
    assert entries == [("a", "1"), ("b", "2")]


def test_bytes_depend_on_the_graph_alone():
    first, second = _integers(), _integers()
    reordered = replace(second, tensors=dict(reversed(second.tensors.items())))
    assert HUB.write(first) == HUB.write(reordered)


def test_names_that_are_taken_get_a_number():
    graph = residual_network()
    clash = replace(graph.tensors["fc.bias"], name="stem.unclamped")
    nodes = [
        replace(n, inputs=tuple("stem.unclamped" if i == "fc.bias" else i for i in n.inputs))
        for n in graph.nodes
    ]
    model = _model(graph.replace(nodes, [clash]))
    conv = next(node for node in model.graph.node if node.op_type == "Conv")
    assert list(conv.output) == ["stem.unclamped.1"]


def test_each_node_has_a_name_of_its_own():
    graph = _integers()
    renamed = [replace(node, name=(node.inputs[1:] or (node.name,))[0]) for node in graph.nodes]
    doubled = [replace(node, name="one") for node in graph.nodes]
    ends = [replace(node, name="fc.weight/dequantize") for node in renamed[-1:]]
    for nodes in (renamed, doubled, [*renamed[:-1], *ends]):
        names = [node.name for node in _model(graph.replace(nodes)).graph.node]
        assert len(set(names)) == len(names)
        assert {node.name for node in nodes} <= {*names}


def test_zero_points_of_biases_are_refused():
    graph = _integers()
    bias = graph.tensors["fc.bias"]
    count = len(bias.quantization.scale)
    moved = replace(bias, quantization=replace(bias.quantization, zero_point=(1,) * count))
    with pytest.raises(HubError) as caught:
        write(graph.replace(graph.nodes, [moved]))
    assert str(caught.value) == (
        "graph 'residual': the int32 constant 'fc.bias' has a zero point; only 0 can be written: "
        "subtract it from the integers"
    )


def test_activations_of_odd_widths_are_refused():
    graph = _integers()
    stem = graph.tensors["stem"]
    narrow = replace(stem, dtype="uint4", quantization=replace(stem.quantization, bits=4))
    with pytest.raises(HubError) as caught:
        write(graph.replace(graph.nodes, [narrow]))
    assert str(caught.value) == (
        "graph 'residual': activation 'stem' is uint4; the hub holds int8, uint8, int16, uint16: "
        "choose a scheme with 8 or 16 bits"
    )
