"""Whatever is in a file: a Graph, or a HubError; never another exception."""

import numpy as np
import onnx
from hypothesis import given, settings
from hypothesis import strategies as st
from integer_graphs import IntegerForm, integer_graph
from networks import residual_network

from compilers.hub import read, write
from compilers.op_table import onnx_types
from zoo.errors import HubError

FLOAT_HUB = write(residual_network())
INTEGER_HUB = write(
    integer_graph(residual_network(), IntegerForm(rounding="half_up", weight_bits=4))
)
HUBS = st.sampled_from((FLOAT_HUB, INTEGER_HUB))
POSITIONS = st.floats(0, 1, exclude_max=True)
CHANGES = st.lists(st.tuples(POSITIONS, st.integers(0, 255)), min_size=1, max_size=4)
NUMBERS = st.sampled_from((-(2**31), -5, -1, 0, 1, 2, 3, 7, 2**31 - 1, 2**62))


def _read(content: bytes) -> None:
    """Read; the message of a HubError begins with the file."""
    try:
        read(content, "net.onnx")
    except HubError as error:
        if not str(error).startswith("net.onnx: "):
            raise AssertionError(f"the file is not named: {error}") from error


@given(hub=HUBS, position=POSITIONS)
@settings(max_examples=60, deadline=None)
def test_truncated_files(hub, position):
    _read(hub[: int(position * len(hub))])


@given(
    hub=HUBS, changes=st.lists(st.tuples(POSITIONS, st.integers(0, 255)), min_size=1, max_size=4)
)
@settings(max_examples=300, deadline=None)
def test_changed_bytes(hub, changes):
    content = bytearray(hub)
    for position, byte in changes:
        content[int(position * len(hub))] = byte
    _read(bytes(content))


@given(hub=HUBS, position=POSITIONS, added=st.binary(min_size=1, max_size=8))
@settings(max_examples=100, deadline=None)
def test_inserted_bytes(hub, position, added):
    cut = int(position * len(hub))
    _read(hub[:cut] + added + hub[cut:])


@given(hub=HUBS, data=st.data())
@settings(max_examples=300, deadline=None)
def test_changed_nodes(hub, data):
    """Valid protobuf, but other numbers, operators and constants than the network had."""
    model = onnx.load_from_string(hub)
    for change in data.draw(st.lists(st.sampled_from(NODE_CHANGES), min_size=1, max_size=2)):
        change(model.graph, data.draw)
    _read(model.SerializeToString())


def _change_attribute(graph, draw):
    attribute = draw(st.sampled_from([a for node in graph.node for a in node.attribute]))
    if attribute.ints:
        attribute.ints[draw(st.integers(0, len(attribute.ints) - 1))] = draw(NUMBERS)
    else:
        attribute.i = draw(NUMBERS)


def _change_operator(graph, draw):
    node = draw(st.sampled_from(list(graph.node)))
    del node.attribute[:]
    node.op_type = draw(st.sampled_from(onnx_types()))


def _change_input(graph, draw):
    node = draw(st.sampled_from([node for node in graph.node if node.input]))
    names = ["", "image", *(constant.name for constant in graph.initializer)]
    node.input[draw(st.integers(0, len(node.input) - 1))] = draw(st.sampled_from(names))


def _change_constant(graph, draw):
    constant = draw(st.sampled_from(list(graph.initializer)))
    values = onnx.numpy_helper.to_array(constant)
    forms = (values.reshape(-1), values[None], values.reshape(-1)[:0], np.zeros_like(values))
    other = draw(st.sampled_from(forms))
    constant.CopyFrom(onnx.numpy_helper.from_array(other.copy(), constant.name))


def _change_input_shape(graph, draw):
    draw(st.sampled_from(list(graph.input[0].type.tensor_type.shape.dim))).dim_value = draw(NUMBERS)


NODE_CHANGES = (
    _change_attribute,
    _change_operator,
    _change_input,
    _change_constant,
    _change_input_shape,
)


@given(content=st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_garbage(content):
    _read(content)
