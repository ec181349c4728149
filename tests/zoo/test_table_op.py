"""Ops that are a function of one number, and their tables."""

import numpy as np
import pytest
from one_node import activation

from zoo.errors import PluginError, QuantizeError, UnsupportedOpError
from zoo.graph import Node, Quantization
from zoo.op import OnnxCall
from zoo.table_op import TableOp, look_up, tabulate


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [("half_even", (-2, -2, -1, 0, 0, 0, 1, 2)), ("half_up", (-2, -1, -1, 0, 0, 1, 1, 2))],
)
def test_ties_fall_as_the_output_rounds(rounding, expected):
    read = Quantization((0.5,), (0,), bits=3)
    stored = Quantization((1.0,), (0,), rounding=rounding)
    table = tabulate(np.asarray, activation(("N",), read), activation(("N",), stored))
    assert table == expected  # of -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5


def test_entries_begin_with_the_lowest_integer_and_saturate():
    read, stored = Quantization((1.0,), (-128,)), Quantization((0.5,), (0,), signed=False)
    table = tabulate(np.negative, activation(("N",), read), activation(("N",), stored))
    assert table == (0,) * 256
    table = tabulate(np.asarray, activation(("N",), read), activation(("N",), stored))
    assert (table[0], table[1], table[127], table[255]) == (0, 2, 254, 255)


def test_look_up_has_the_storage_type_of_the_output():
    read, stored = Quantization((1.0,), (0,)), Quantization((1.0,), (0,), signed=False)
    source, output = activation(("N", 2), read), activation(("N", 2), stored)
    found = look_up(range(256), np.array([[-128, 127]], np.int8), source, output)
    assert (found.dtype, found.tolist()) == (np.uint8, [[0, 255]])


def test_inputs_of_more_than_8_bits_are_refused():
    wide, stored = Quantization((1.0,), (0,), bits=16), Quantization((1.0,), (0,))
    with pytest.raises(QuantizeError) as caught:
        tabulate(np.tanh, activation(("N",), wide), activation(("N",), stored, "y"))
    assert str(caught.value) == (
        "tensor 'x' has 16 bits and feeds a table op; tables take at most 8 bits: quantize "
        "activations to 8 bits"
    )


class Softsign(TableOp):
    """A function that no built-in op has, with nothing but its meaning."""

    name = "softsign"
    onnx_types = ("Softsign",)

    def activate(self, node, x):  # noqa: ARG002
        return x / (1 + np.abs(x))


NODE = Node("alone", "softsign", ("x",), "y")


def test_the_onnx_form_is_one_operator():
    call = Softsign().express(NODE, [activation(("N", 4))])
    assert (call.op_type, dict(call.attributes)) == ("Softsign", {})
    assert Softsign().parse(call).inputs == call.inputs
    with pytest.raises(UnsupportedOpError, match=r"^net: Softsign has no input 0; the file is"):
        Softsign().parse(OnnxCall("Softsign", where="net"))


def test_the_form_for_training_follows_from_the_function():
    torch = pytest.importorskip("torch", reason="the form for training needs PyTorch")
    values = torch.linspace(-3, 3, 20, dtype=torch.float64, requires_grad=True)
    found = Softsign().run_torch(NODE, [values])
    wanted = torch.nn.functional.softsign(values)
    torch.testing.assert_close(found, wanted, rtol=0, atol=1e-15)
    assert torch.autograd.gradcheck(lambda x: Softsign().run_torch(NODE, [x]), [values])
    assert Softsign().run_torch(NODE, [values.float()]).dtype == torch.float32


@pytest.mark.parametrize(
    ("returned", "found"),
    [
        (np.zeros((2, 3), np.float32), r"float32 \[2, 3\]"),
        (np.zeros(2, np.int64), r"int64 \[2\]"),
        (None, r"object \[\]"),
    ],
)
def test_another_shape_or_type_names_the_op(returned, found):
    op = type("Broken", (Softsign,), {"activate": lambda *_: returned})()
    message = (
        rf"op 'softsign': its `activate` returns {found} for float32 \[2\]; expected the same shape"
    )
    with pytest.raises(PluginError, match=message):
        op.run_float(NODE, [np.ones(2, np.float32)])


class Above(TableOp):
    """ONNX ThresholdedRelu."""

    name = "above"
    onnx_types = ("ThresholdedRelu",)

    def activate(self, node, x):
        return np.where(x > node.attributes["alpha"], x, 0)


def test_attributes_are_those_of_onnx():
    x = activation(("N",), Quantization((1.0,), (0,)))
    call = OnnxCall("ThresholdedRelu", {"alpha": 0.5}, (x,))
    parsed = Above().parse(call)
    node = Node("above", "above", ("x",), "y", parsed.attributes)
    assert Above().express(node, parsed.inputs) == call
    assert Above().run_float(node, [np.float32([0.25, 0.75])]).tolist() == [0, 0.75]
