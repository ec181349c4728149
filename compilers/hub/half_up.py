"""Round half up in ONNX, since QuantizeLinear only rounds half to even.

A model-local function computes q = saturate(floor(x / scale + 0.5) + zero_point). Its last node is
a QuantizeLinear with scale 1, which only saturates because its input is already rounded.
"""

from onnx import FunctionProto, helper

__all__ = ["DOMAIN", "NAME", "half_up_function", "is_half_up"]

DOMAIN = "zoo"
NAME = "QuantizeHalfUp"


def half_up_function(opset: int) -> FunctionProto:
    """Return the function QuantizeHalfUp(x, scale, zero_point) -> y."""
    nodes = [
        helper.make_node("Constant", [], ["half"], value_float=0.5),
        helper.make_node("Constant", [], ["one"], value_float=1.0),
        helper.make_node("Div", ["x", "scale"], ["ratio"]),
        helper.make_node("Add", ["ratio", "half"], ["shifted"]),
        helper.make_node("Floor", ["shifted"], ["level"]),
        helper.make_node("QuantizeLinear", ["level", "one", "zero_point"], ["y"]),
    ]
    return helper.make_function(
        DOMAIN, NAME, ["x", "scale", "zero_point"], ["y"], nodes, [helper.make_opsetid("", opset)]
    )


def is_half_up(function: FunctionProto) -> bool:
    """Whether a model's function is this one, except for node names."""
    return _meaning(function) == _meaning(half_up_function(21))


def _meaning(function: FunctionProto) -> tuple[object, ...]:
    nodes = [
        (
            node.domain,
            node.op_type,
            tuple(node.input),
            tuple(node.output),
            tuple((a.name, a.f, a.i, a.s) for a in node.attribute),
        )
        for node in function.node
    ]
    return (
        function.domain,
        function.name,
        tuple(function.input),
        tuple(function.output),
        tuple(nodes),
    )
