"""Parameters that ONNX passes as inputs."""

import numpy as np
import pytest
from one_node import activation

from compilers.op_parts.arguments import integers_parameter, new_parameter, parameter
from zoo.errors import UnsupportedOpError
from zoo.graph import Node, Tensor
from zoo.op import OnnxCall

NODE = Node("cut", "slice", ("x",), "y")


def test_lists_are_int64_and_reals_are_float32_and_both_come_back():
    shape, value = new_parameter(NODE, "shape", (2, -1)), new_parameter(NODE, "value", 0.1)
    assert (shape.name, shape.dtype, shape.shape) == ("y.shape", "int64", (2,))
    assert (value.name, value.dtype, value.shape) == ("y.value", "float32", ())
    call = OnnxCall("Reshape", {}, (shape, value))
    assert integers_parameter(call, 0, "shape") == (2, -1)
    assert parameter(call, 1, "value") == np.float32(0.1)


@pytest.mark.parametrize("inputs", [(), (None,), (Tensor("e", (0,), data=np.zeros(0)),)])
def test_omitted_and_empty_parameters_are_none(inputs):
    assert parameter(OnnxCall("Pad", {}, inputs), 0, "pads") is None
    assert integers_parameter(OnnxCall("Pad", {}, inputs), 0, "pads") is None


def test_computed_parameters_are_refused():
    call = OnnxCall("Reshape", {}, (None, activation((2,), name="size")), "net.onnx: node 'r'")
    with pytest.raises(UnsupportedOpError) as caught:
        parameter(call, 1, "shape")
    assert str(caught.value) == (
        "net.onnx: node 'r': Reshape reads its shape from 'size', which the network computes; only "
        "constants are supported: export with fixed shapes"
    )
