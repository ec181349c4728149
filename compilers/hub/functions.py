"""Functions that a hub file defines itself, for operators missing in ONNX.

QuantizeHalfUp computes q = saturate(floor(x / scale + 0.5) + zero_point); ONNX's QuantizeLinear
only rounds half to even. Its last node is a QuantizeLinear with scale 1, which only saturates
because its input is already rounded. QuantizeTwoStage is a QuantizeLinear; the name says how
integers compute it (compilers.op_parts.two_stage), which differs from it near ties.
QuantizeAccumulator(x, scale) makes int32, which QuantizeLinear cannot. The others come from op
plugins (zoo.op.Op.onnx_function).
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from onnx import FunctionProto, NodeProto, TensorProto, helper, parser

from compilers.hub.onnx_node import OnnxNode
from compilers.op_table import find_onnx_type
from zoo.errors import PluginError, UnsupportedOpError
from zoo.graph import Quantization
from zoo.op import Op

__all__ = [
    "ACCUMULATOR",
    "DOMAIN",
    "ROUNDINGS",
    "check_call",
    "check_function",
    "is_function",
    "op_function",
    "quantize_function",
]

DOMAIN = "zoo"
ACCUMULATOR = "QuantizeAccumulator"
ROUNDINGS: Mapping[str, str] = MappingProxyType(
    {"QuantizeHalfUp": "half_up", "QuantizeTwoStage": "two_stage", ACCUMULATOR: "half_even"}
)
"""Roundings of a tensor by the function that quantizes it."""

_OPSET = 21


def quantize_function(grid: Quantization) -> FunctionProto | None:
    """Return the function that stores reals on a grid; None if QuantizeLinear does.

    Its inputs are x, scale and, unless it makes int32, zero_point.
    """
    for name, rounding in ROUNDINGS.items():
        if rounding == grid.rounding and (name == ACCUMULATOR) == (grid.dtype == "int32"):
            return _quantize_function(name)
    return None


def _quantize_function(name: str) -> FunctionProto:
    opsets = [helper.make_opsetid("", _OPSET)]
    inputs = ["x", "scale"] if name == ACCUMULATOR else ["x", "scale", "zero_point"]
    return helper.make_function(DOMAIN, name, inputs, ["y"], _nodes(name), opsets)


def _nodes(name: str) -> Sequence[NodeProto]:
    if ROUNDINGS[name] == "two_stage":
        return [helper.make_node("QuantizeLinear", ["x", "scale", "zero_point"], ["y"])]
    if name == ACCUMULATOR:
        return [
            helper.make_node("Div", ["x", "scale"], ["ratio"]),
            helper.make_node("Round", ["ratio"], ["level"]),
            helper.make_node("Cast", ["level"], ["y"], to=TensorProto.INT32),
        ]
    return [
        helper.make_node("Constant", [], ["half"], value_float=0.5),
        helper.make_node("Constant", [], ["one"], value_float=1.0),
        helper.make_node("Div", ["x", "scale"], ["ratio"]),
        helper.make_node("Add", ["ratio", "half"], ["shifted"]),
        helper.make_node("Floor", ["shifted"], ["level"]),
        helper.make_node("QuantizeLinear", ["level", "one", "zero_point"], ["y"]),
    ]


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


def check_call(op: Op, node: OnnxNode, where: str) -> None:
    """Raise UnsupportedOpError for a call of an op's function with other arguments than it has."""
    function = op_function(op)
    unknown = sorted(node.attributes.keys() - set(function.attribute))
    if unknown:
        known = ", ".join(function.attribute) or "none"
        raise UnsupportedOpError(
            f"{where}: it has the attribute '{unknown[0]}', which {function.name} lacks; its "
            f"attributes are: {known}; remove the others"
        )
    for found, own, what in (
        (node.inputs, function.input, "inputs"),
        (node.outputs, function.output, "outputs"),
    ):
        if len(found) != len(own):
            raise UnsupportedOpError(
                f"{where}: it has {len(found)} {what}; {function.name} has {len(own)}: "
                f"{', '.join(own)}"
            )


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
    elif not _is_quantize(function):
        raise UnsupportedOpError(
            f"{where}: the model defines the function '{function.domain}.{function.name}', "
            "which is not supported; inline it with onnx.inliner.inline_local_functions"
        )


def _is_quantize(function: FunctionProto) -> bool:
    known = function.name in ROUNDINGS
    return known and _meaning(function) == _meaning(_quantize_function(function.name))


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
