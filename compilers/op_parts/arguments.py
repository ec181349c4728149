"""Arguments of an op: an ONNX call's tensors and constant parameters, a node's typed attributes.

Failed checks raise messages for users. Attributes are those that the op's own `parse` wrote.
"""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from zoo.errors import UnsupportedOpError
from zoo.graph import Node, Tensor
from zoo.op import OnnxCall

__all__ = [
    "constant",
    "image",
    "integer",
    "integers",
    "integers_parameter",
    "new_parameter",
    "operand",
    "parameter",
    "real",
    "text",
    "weight_and_bias",
]


def operand(call: OnnxCall, index: int = 0) -> Tensor:
    """Return a required input."""
    tensor = call.inputs[index] if index < len(call.inputs) else None
    if tensor is None:
        raise UnsupportedOpError(
            f"{call.where}: {call.op_type} has no input {index}; the file is damaged, export "
            "it again"
        )
    return tensor


def image(call: OnnxCall) -> Tensor:
    """Return the first input, which must be NCHW."""
    tensor = operand(call)
    if len(tensor.shape) != 4:
        raise UnsupportedOpError(
            f"{call.where}: {call.op_type} reads '{tensor.name}' of shape {tensor.shape}; only "
            "images [N, C, H, W] are supported: reshape to four axes"
        )
    return tensor


def constant(call: OnnxCall, index: int, role: str, rank: int) -> Tensor:
    """Return an input that must be a constant with this rank."""
    tensor = operand(call, index)
    if tensor.data is None:
        raise UnsupportedOpError(
            f"{call.where}: {call.op_type} has a {role} '{tensor.name}' that the network computes; "
            "only constants are supported: export with the trained weights inside"
        )
    if len(tensor.shape) != rank:
        raise UnsupportedOpError(
            f"{call.where}: {call.op_type} has a {role} '{tensor.name}' of shape {tensor.shape}; "
            f"only {rank} axes are supported"
        )
    return tensor


def weight_and_bias(call: OnnxCall, weight_rank: int) -> tuple[Tensor, ...]:
    """Return inputs 1 and 2: a constant weight, and a constant bias [K] if present."""
    weight = constant(call, 1, "weight", weight_rank)
    if len(call.inputs) < 3 or call.inputs[2] is None:
        return (weight,)
    return weight, constant(call, 2, "bias", 1)


def parameter(call: OnnxCall, index: int, role: str) -> NDArray[Any] | None:
    """Return the value of an input, None if omitted.

    Raises UnsupportedOpError if the network computes it.
    """
    tensor = call.inputs[index] if index < len(call.inputs) else None
    if tensor is None or tensor.shape == (0,):
        return None
    if tensor.data is None:
        raise UnsupportedOpError(
            f"{call.where}: {call.op_type} reads its {role} from '{tensor.name}', which the "
            "network computes; only constants are supported: export with fixed shapes"
        )
    return tensor.data


def integers_parameter(call: OnnxCall, index: int, role: str) -> tuple[int, ...] | None:
    """Return an input that is a list of integers, None if omitted."""
    data = parameter(call, index, role)
    return None if data is None else tuple(int(value) for value in data.reshape(-1))


def new_parameter(node: Node, role: str, values: Sequence[int] | float) -> Tensor:
    """Return the constant that `Op.express` appends: int64 for a list, float32 for one real."""
    dtype = "float32" if isinstance(values, float) else "int64"
    data = np.array(values, dtype)
    return Tensor(f"{node.output}.{role}", data.shape, dtype, data=data)


def integer(node: Node, name: str) -> int:
    """Return an attribute that is one integer."""
    return cast(int, node.attributes[name])


def integers(node: Node, name: str) -> tuple[int, ...]:
    """Return an attribute that is a list of integers."""
    return cast("tuple[int, ...]", node.attributes[name])


def real(node: Node, name: str) -> float:
    """Return an attribute that is one float."""
    return cast(float, node.attributes[name])


def text(node: Node, name: str) -> str:
    """Return an attribute that is a string."""
    return cast(str, node.attributes[name])
