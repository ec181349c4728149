"""QDQ networks of other tools, and what of them is refused."""

import numpy as np
import onnx
import pytest
from quantized_files import compare_integers
from random_graphs import random_feeds

from compilers.hub import read, write
from zoo.errors import HubError
from zoo.graph import Graph

HEADER = '<ir_version: 10, opset_import: ["" : 21]>'
GRIDS = """
    float s = {0.5}, float t = {0.25}, float bad = {-1.0}, float[2] two = {0.5, 0.25},
    uint8 z = {3}, uint8 zero = {0}, int8[2] zeros = {0, 0}, int8[2, 2] w = {1, -2, 3, 4},
    float[2] sums = {0.25, 0.125}, int32[2] b = {5, -7}, float[2, 2] real = {1, 2, 3, 4},
    float three = {0.3}, float[2] thirds = {0.3, 0.2}, int8 one = {0},
    int8[2, 1] tall = {3, 4}, float[1] one_scale = {0.5}
"""
DENSE = """
    wd = DequantizeLinear <axis = 0> (w, two, zeros)
    bd = DequantizeLinear <axis = 0> (b, sums)
"""


def _read(body: str, outputs: str = "float[N,2] y", inputs: str = "float[N,2] x") -> Graph:
    return read(_file(body, outputs, inputs), "net.onnx")


def _file(body: str, outputs: str = "float[N,2] y", inputs: str = "float[N,2] x") -> bytes:
    text = f"{HEADER} net ({inputs}) => ({outputs}) <{GRIDS}> {{ {body} }}"
    return onnx.parser.parse_model(text).SerializeToString()


def _refusal(body: str, **declared: str) -> str:
    with pytest.raises(HubError) as caught:
        _read(body, **declared)
    return str(caught.value)


def test_dense_layer_in_integers():
    graph = _read(f"""{DENSE}
        q = QuantizeLinear (x, s, z)
        xd = DequantizeLinear (q, s, z)
        [fc] f = Gemm <transB = 1> (xd, wd, bd)
        r = Relu (f)
        a = QuantizeLinear (r, t, zero)
        y = DequantizeLinear (a, t, zero)
    """)
    quantize, dense, dequantize = graph.nodes
    assert (quantize.op, dense.op, dequantize.op) == ("quantize", "dense", "dequantize")
    assert (dense.name, dense.inputs, dense.output) == ("fc", ("q", "w", "b"), "a")
    # s * two / t = (1, 1/2): multiplier 2**30 with shifts 30 and 31.
    assert dense.integer == {"multiplier": (1 << 30,) * 2, "shift": (30, 31), "range": (0, 255)}


def test_rescaling_is_a_node():
    graph = _read("""
        q = QuantizeLinear (x, s, z)
        d = DequantizeLinear (q, s, z)
        [again] r = QuantizeLinear (d, t, zero)
        y = DequantizeLinear (r, t, zero)
    """)
    assert [node.op for node in graph.nodes] == ["quantize", "requantize", "dequantize"]
    assert graph.nodes[1].name == "again"


def test_clip_between_two_scales_is_a_requantize_with_a_clamp():
    graph = _read("""
        q = QuantizeLinear (x, s, z)
        d = DequantizeLinear (q, s, z)
        c = Relu (d)
        r = QuantizeLinear (c, t, zero)
        y = DequantizeLinear (r, t, zero)
    """)
    node = graph.nodes[1]
    assert (node.op, node.attributes["clamp"]) == ("requantize", (0.0, np.inf))
    assert read(write(graph), "net.onnx") == graph


def test_moves_without_quantizers_are_quantized_as_their_input():
    content = _file(
        f"""{DENSE}
        q = QuantizeLinear (x, s, z)
        xd = DequantizeLinear (q, s, z)
        flat = Flatten (xd)
        r = Relu (flat)
        f = Gemm <transB = 1> (r, wd, bd)
        a = QuantizeLinear (f, t, z)
        y = DequantizeLinear (a, t, z)
        """,
        inputs="float[N,2,1,1] x",
    )
    graph = read(content, "net.onnx")
    ops = ["quantize", "reshape", "clip", "dense", "dequantize"]
    assert [node.op for node in graph.nodes] == ops
    assert graph.tensors[graph.nodes[1].output].quantization == graph.tensors["q"].quantization
    compare_integers(graph, content, random_feeds(graph, seed=7))


def test_moves_to_another_scale_are_requantized():
    content = _file(
        """
        q = QuantizeLinear (x, s, z)
        d = DequantizeLinear (q, s, z)
        flat = Flatten (d)
        a = QuantizeLinear (flat, t, zero)
        y = DequantizeLinear (a, t, zero)
        """,
        inputs="float[N,2,1,1] x",
    )
    graph = read(content, "net.onnx")
    ops = ["quantize", "reshape", "requantize", "dequantize"]
    assert [node.op for node in graph.nodes] == ops
    compare_integers(graph, content, random_feeds(graph, seed=7))


def test_weights_that_are_quantized_in_the_file_become_integers():
    graph = _read(
        """
        wq = QuantizeLinear <axis = 0> (real, two, zeros)
        wd = DequantizeLinear <axis = 0> (wq, two, zeros)
        q = QuantizeLinear (x, s, z)
        xd = DequantizeLinear (q, s, z)
        f = MatMul (xd, wd)
        a = QuantizeLinear (f, t, z)
        y = DequantizeLinear (a, t, z)
    """.replace("<axis = 0>", "<axis = 1>")
    )
    weight = graph.tensors["wq"]
    assert weight.quantization is not None
    assert weight.quantization.axis == 0
    np.testing.assert_array_equal(weight.data, [[2, 6], [8, 16]])


def test_quantized_weights_alone_are_refused():
    assert _refusal(f"{DENSE} [fc] y = Gemm <transB = 1> (x, wd, bd)") == (
        "net.onnx: graph 'net': node 'fc' (dense) computes in float between quantized nodes: only "
        "its constant 'w' is quantized; only networks that are quantized from input to output are "
        "supported: quantize all its ops, or give the float network"
    )


def test_float_outputs_are_refused():
    message = _refusal(f"""{DENSE}
        q = QuantizeLinear (x, s, z)
        xd = DequantizeLinear (q, s, z)
        [fc] y = Gemm <transB = 1> (xd, wd, bd)
    """)
    assert "node 'fc' (dense) computes in float" in message
    assert "its output 'y' stays float;" in message


def test_float_inputs_are_refused():
    message = _refusal(f"""{DENSE}
        [fc] f = Gemm <transB = 1> (x, wd, bd)
        q = QuantizeLinear (f, s, z)
        y = DequantizeLinear (q, s, z)
    """)
    assert "its input 'x' is float;" in message


def test_values_that_are_read_as_float_too_are_refused():
    message = _refusal(
        f"""{DENSE}
        q = QuantizeLinear (x, s, z)
        xd = DequantizeLinear (q, s, z)
        [fc] f = Gemm <transB = 1> (xd, wd, bd)
        r = QuantizeLinear (f, s, z)
        y = DequantizeLinear (r, s, z)
        """,
        outputs="float[N,2] y, float[N,2] f",
    )
    assert "its output 'f' is read as float too;" in message


def test_float_biases_become_steps_of_the_accumulator():
    graph = _read("""
        wd = DequantizeLinear <axis = 0> (w, two, zeros)
        q = QuantizeLinear (x, s, z)
        xd = DequantizeLinear (q, s, z)
        f = Gemm <transB = 1> (xd, wd, thirds)
        r = QuantizeLinear (f, s, z)
        y = DequantizeLinear (r, s, z)
    """)
    bias = graph.tensors[graph.nodes[1].inputs[2]]
    assert bias.quantization is not None
    assert (bias.dtype, bias.quantization.scale) == ("int32", (0.25, 0.125))
    # 0.3 / 0.25 and 0.2 / 0.125
    np.testing.assert_array_equal(bias.data, [1, 2])


def test_a_pair_for_each_reader_is_one():
    graph = _read("""
        q = QuantizeLinear (x, s, z)
        q2 = QuantizeLinear (x, s, z)
        xd = DequantizeLinear (q, s, z)
        xd2 = DequantizeLinear (q2, s, z)
        sum = Add (xd, xd2)
        r = QuantizeLinear (sum, s, z)
        y = DequantizeLinear (r, s, z)
    """)
    assert [node.op for node in graph.nodes] == ["quantize", "add", "dequantize"]
    assert graph.nodes[1].inputs == ("q", "q")


def test_an_output_of_two_scales_is_computed_for_each():
    graph = _read(
        f"""{DENSE}
        q = QuantizeLinear (x, s, z)
        xd = DequantizeLinear (q, s, z)
        [fc] f = Gemm <transB = 1> (xd, wd, bd)
        a = QuantizeLinear (f, s, z)
        b2 = QuantizeLinear (f, t, z)
        y = DequantizeLinear (a, s, z)
        y2 = DequantizeLinear (b2, t, z)
        """,
        outputs="float[N,2] y, float[N,2] y2",
    )
    layers = [node for node in graph.nodes if node.op == "dense"]
    assert [(node.name, node.output) for node in layers] == [("fc", "a"), ("fc/b2", "b2")]
    assert [node.integer["shift"] for node in layers] == [(31, 32), (30, 31)]


def test_one_scale_in_a_list_is_that_of_the_whole_weight():
    graph = _read(
        """
        wd = DequantizeLinear <axis = 1> (tall, one_scale, one)
        q = QuantizeLinear (x, s, z)
        xd = DequantizeLinear (q, s, z)
        f = Gemm <transB = 1> (xd, wd)
        r = QuantizeLinear (f, s, z)
        y = DequantizeLinear (r, s, z)
        """,
        inputs="float[N,1] x",
    )
    grid = graph.tensors["tall"].quantization
    assert grid is not None
    assert grid.axis is None


def test_biases_of_another_scale_are_refused():
    message = _refusal("""
        wd = DequantizeLinear <axis = 0> (w, two, zeros)
        bd = DequantizeLinear <axis = 0> (b, thirds)
        q = QuantizeLinear (x, s, z)
        xd = DequantizeLinear (q, s, z)
        [fc] f = Gemm <transB = 1> (xd, wd, bd)
        r = QuantizeLinear (f, s, z)
        y = DequantizeLinear (r, s, z)
    """)
    assert message == (
        "net.onnx: node 'fc' (dense): the bias has 1.2 times the scale of input * weight; only 1, "
        "2, 4, 8, ... are supported: give the bias the scale 0.25"
    )


def test_dequantizing_by_another_scale_is_refused():
    message = _refusal("""
        q = QuantizeLinear (x, s, z)
        [back] y = DequantizeLinear (q, t, z)
    """)
    assert message == (
        "net.onnx: node 'back' (DequantizeLinear): it reads 'q' with a scale or zero point that "
        "differs from the one it was quantized with; only equal ones are supported: export the "
        "file again"
    )


def test_integers_may_be_moved():
    graph = _read(
        """
        q = QuantizeLinear (x, s, z)
        f = Transpose <perm = [0, 1]> (q)
        y = DequantizeLinear (f, s, z)
    """
    )
    transpose = graph.nodes[1]
    assert (transpose.op, transpose.inputs, transpose.output) == ("transpose", ("q",), "f")
    assert graph.tensors["f"].quantization == graph.tensors["q"].quantization


def test_other_operators_on_integers_are_refused():
    message = _refusal(
        """
        q = QuantizeLinear (x, s, z)
        [max] f = Relu (q)
        y = DequantizeLinear (f, s, z)
    """.replace("x, s, z", "x, s, one").replace("f, s, z", "f, s, one")
    )
    assert message == (
        "net.onnx: node 'max' (Relu): it computes with the integers 'q'; only float operators "
        "between DequantizeLinear and QuantizeLinear, QLinear operators, and operators that move "
        "values are supported: quantize in QDQ format (QuantFormat.QDQ)"
    )


def test_activations_with_a_scale_per_channel_are_refused():
    message = _refusal("""
        [in] q = QuantizeLinear <axis = 1> (x, two, zeros)
        y = DequantizeLinear <axis = 1> (q, two, zeros)
    """)
    assert message == (
        "net.onnx: node 'in' (QuantizeLinear): QuantizeLinear has 2 scales along axis 1 of "
        "('N', 2); supported are one scale per activation, and one scale or one per channel for "
        "constants: quantize the network with these, or give the float network"
    )


def test_negative_scales_are_refused():
    message = _refusal("[in] q = QuantizeLinear (x, bad, z) \n y = DequantizeLinear (q, bad, z)")
    assert message == (
        "net.onnx: node 'in' (QuantizeLinear): QuantizeLinear has a scale that is zero, negative "
        "or not finite; supported are positive scales: quantize the network with these, or give "
        "the float network"
    )


def test_computed_scales_are_refused():
    message = _refusal(
        "[in] q = QuantizeLinear (x, f, z) \n y = DequantizeLinear (q, f, z)",
        inputs="float[N,2] x, float[1] f",
    )
    assert "QuantizeLinear has the computed parameter 'f'; supported are constants:" in message


def test_activations_of_four_bits_are_refused():
    message = _refusal("""
        [in] q = QuantizeLinear <output_dtype = 22> (x, s)
        y = DequantizeLinear (q, s)
    """)
    assert "QuantizeLinear has integers of type int4; supported are int8, uint8, int16" in message
