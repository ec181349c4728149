"""Functions that a hub file defines itself, for operators missing in ONNX.

QuantizeHalfUp computes q = saturate(floor(x / scale + 0.5) + zero_point); ONNX's QuantizeLinear
only rounds half to even. Its last node is a QuantizeLinear with scale 1, which only saturates
because its input is already rounded. The others come from op plugins (zoo.op.Op.onnx_function).
"""

from onnx import FunctionProto, helper, parser

from compilers.op_table import find_onnx_type
from zoo.errors import PluginError, UnsupportedOpError
from zoo.op import Op

__all__ = ["DOMAIN", "HALF_UP", "check_function", "half_up_function", "is_function", "op_function"]

DOMAIN = "zoo"
HALF_UP = "QuantizeHalfUp"
_OPSET = 21


def half_up_function() -> FunctionProto:
    """Return the function QuantizeHalfUp(x, scale, zero_point) -> y."""
    nodes = [
        helper.make_node("Constant", [], ["half"], value_float=0.5),
        helper.make_node("Constant", [], ["one"], value_float=1.0),
        helper.make_node("Div", ["x", "scale"], ["ratio"]),
        helper.make_node("Add", ["ratio", "half"], ["shifted"]),
        helper.make_node("Floor", ["shifted"], ["level"]),
        helper.make_node("QuantizeLinear", ["level", "one", "zero_point"], ["y"]),
    ]
    opsets = [helper.make_opsetid("", _OPSET)]
    return helper.make_function(DOMAIN, HALF_UP, ["x", "scale", "zero_point"], ["y"], nodes, opsets)


def op_function(op: Op) -> FunctionProto:
    """Return the function that an op plugin defines; raises PluginError if it is not valid ONNX."""
    head = f'<domain: "{DOMAIN}", opset_import: ["": {_OPSET}]>'
    try:
        return parser.parse_function(f"{head} {op.onnx_function}")
    except parser.ParseError as error:
        raise PluginError(
            f"op '{op.name}': its onnx_function is not a function in ONNX's text form ({error})"
        ) from error


def is_function(op: Op, op_type: str) -> bool:
    """Whether an operator type is the op's own function, not an operator of ONNX."""
    return bool(op.onnx_function) and op_function(op).name == op_type


def check_function(function: FunctionProto, where: str) -> None:
    """Raise UnsupportedOpError for any other function of a model.

    Node names do not matter.
    """
    op = find_onnx_type(function.name) if function.domain == DOMAIN else None
    if op is not None and is_function(op, function.name):
        if _meaning(function) != _meaning(op_function(op)):
            raise UnsupportedOpError(
                f"{where}: its function '{DOMAIN}.{function.name}' is not the one that op "
                f"'{op.name}' defines; install the plugin version that wrote the file"
            )
    elif _meaning(function) != _meaning(half_up_function()):
        raise UnsupportedOpError(
            f"{where}: the model defines the function '{function.domain}.{function.name}', "
            "which is not supported; inline it with onnx.inliner.inline_local_functions"
        )


def _meaning(function: FunctionProto) -> tuple[object, ...]:
    nodes = [
        (
            node.domain,
            node.op_type,
            tuple(node.input),
            tuple(node.output),
            tuple(sorted(a.SerializeToString(deterministic=True) for a in node.attribute)),
        )
        for node in function.node
    ]
    return (
        function.domain,
        function.name,
        tuple(function.input),
        tuple(function.output),
        tuple(function.attribute),
        tuple(nodes),
    )
