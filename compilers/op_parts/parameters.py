"""Parameters that ONNX passes as inputs, such as the starts of a Slice: they must be constants."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import UnsupportedOpError
from zoo.graph import Node, Tensor
from zoo.op import OnnxCall

__all__ = ["integers_parameter", "new_parameter", "parameter"]


def parameter(call: OnnxCall, index: int, role: str) -> NDArray[Any] | None:
    """Return the value of an input, None where it is omitted.

    Raises UnsupportedOpError where the network computes it.
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
    """Return an input that is a list of integers, None where it is omitted."""
    data = parameter(call, index, role)
    return None if data is None else tuple(int(value) for value in data.reshape(-1))


def new_parameter(node: Node, role: str, values: Sequence[int] | float) -> Tensor:
    """Return the constant that `Op.express` appends: int64 for a list, float32 for one real."""
    dtype = "float32" if isinstance(values, float) else "int64"
    data = np.array(values, dtype)
    return Tensor(f"{node.output}.{role}", data.shape, dtype, data=data)
