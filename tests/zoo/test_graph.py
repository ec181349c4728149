import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.errors import HubError
from zoo.graph import Graph, Node, Quantization, Tensor

IMAGE = Tensor("image", ("N", 3, 8, 8), layout="NCHW")
HIDDEN = Tensor("hidden", ("N", 3, 8, 8), layout="NCHW")
OUT = Tensor("out", ("N", 3, 8, 8), layout="NCHW")
RELU = Node("relu_1", "relu", ("image",), "hidden")
TANH = Node("tanh_1", "tanh", ("hidden",), "out", {"axis": 1})


def graph(nodes=(RELU, TANH), tensors=(IMAGE, HIDDEN, OUT), outputs=("out",)):
    return Graph("toy", ("image",), outputs, {t.name: t for t in tensors}, nodes)


def weight(values=(1.0, 2.0)):
    return Tensor("weight", (2,), data=np.array(values, np.float32))


@pytest.mark.parametrize(
    ("bits", "signed", "low", "high", "dtype"),
    [
        (8, True, -128, 127, "int8"),
        (8, False, 0, 255, "uint8"),
        (4, True, -8, 7, "int4"),
        (16, False, 0, 65535, "uint16"),
    ],
)
def test_range_of_integers(bits, signed, low, high, dtype):
    made = Quantization((1.0,), (0,), bits, signed)
    assert (made.qmin, made.qmax, made.dtype) == (low, high, dtype)


def test_producer_and_consumers():
    made = graph()
    assert made.producer("out") is TANH
    assert made.producer("image") is None
    assert made.consumers("hidden") == (TANH,)
    assert made.inputs_of(TANH) == (HIDDEN,)


def test_replace_drops_what_nothing_reads():
    straight = Node("tanh_1", "tanh", ("image",), "out")
    made = graph().replace([straight])
    assert sorted(made.tensors) == ["image", "out"]
    assert made.nodes == (straight,)


def test_replace_changes_tensors():
    quantized = Tensor("hidden", HIDDEN.shape, "uint8", "NCHW", Quantization((0.1,), (3,)))
    made = graph().replace(graph().nodes, [quantized])
    assert made.tensors["hidden"] == quantized
    assert made.is_quantized
    assert not graph().is_quantized


def test_graph_is_immutable():
    with pytest.raises(TypeError):
        graph().tensors["more"] = IMAGE
    with pytest.raises(TypeError):
        TANH.attributes["axis"] = 2
    data = weight().data
    with pytest.raises(ValueError, match="read-only"):
        data[0] = 5


def test_graphs_are_equal_by_value():
    assert graph() == graph()
    assert graph() != graph(nodes=(RELU, TANH.with_attributes(axis=2)))


@given(st.lists(st.floats(width=32, allow_nan=False), min_size=2, max_size=2))
def test_tensors_are_equal_by_bytes(values):
    assert weight(values) == weight(values)
    assert (weight(values) == weight((1.0, 2.0))) == (values == [1.0, 2.0])


def test_tensors_of_other_storage_differ():
    data = np.zeros(2, np.int8)
    assert Tensor("w", (2,), "int4", data=data) != Tensor("w", (2,), "int8", data=data)
    assert weight() != "weight"
    assert hash(weight()) == hash(weight((3.0, 4.0)))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"nodes": (TANH, RELU)},
            r"graph 'toy': node 'tanh_1' \(tanh\) reads 'hidden', which nothing before it "
            "computes; order the nodes producers first",
        ),
        (
            {"nodes": (RELU, Node("again", "relu", ("image",), "hidden"), TANH)},
            r"graph 'toy': node 'again' \(relu\) computes 'hidden' a second time; every tensor "
            "has one producer",
        ),
        (
            {"nodes": (RELU,)},
            "graph 'toy': nothing computes its output 'out'",
        ),
        (
            {"nodes": (Node("into", "relu", ("image",), "image"), RELU, TANH)},
            "computes 'image' a second time",
        ),
    ],
)
def test_illegal_graphs_are_refused(changed, message):
    with pytest.raises(HubError, match=message):
        graph(**changed)
