"""From the hub's opset 21 to opset 13, which every TensorRT since 8.2 reads.

It is the newest of TensorRT 8.2 (docs/operators.md of its ONNX parser). These operators differ:

Resize       sizes of height and width  ->  of all four axes
ReduceMean   axes as an input           ->  as an attribute
HardSwish    one operator               ->  x * HardSigmoid(x)
Mish         one operator               ->  x * Tanh(Softplus(x))
Gelu         one operator               ->  x * (0.5 * Erf(x * sqrt(0.5)) + 0.5), or its Tanh
Reciprocal   one operator               ->  1 / x, which TensorRT 8.2 reads
"""

import math
from collections.abc import Callable, Container, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from compilers.fresh_name import fresh_name
from zoo.graph import Graph

__all__ = ["OPSET", "operators", "to_opset13"]

OPSET = 13
_IR_VERSION = 7  # of ONNX 1.8, which introduced opset 13

Constants = dict[str, TensorProto]
Sizes = tuple[int, ...]


def operators(op_type: str) -> tuple[str, ...]:
    """Return the operators that replace one of the hub's."""
    return _WRITTEN_AS.get(op_type, (op_type,))


_WRITTEN_AS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Gelu": ("Add", "Erf", "Mul", "Tanh"),
        "HardSwish": ("HardSigmoid", "Mul"),
        "Mish": ("Mul", "Softplus", "Tanh"),
        "Reciprocal": ("Div",),
    }
)


def to_opset13(content: bytes, graph: Graph) -> bytes:
    """Return the file in opset 13. content: the hub of `graph`, with a fixed batch."""
    model = ModelProto.FromString(content)
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    sizes = (_sizes(graph, node.output) for node in graph.nodes if node.op == "resize")
    nodes: list[NodeProto] = []
    for proto in model.graph.node:
        if proto.op_type == "Resize":
            _resize(proto, constants, next(sizes))
        rewrite = _REWRITES.get(proto.op_type)
        nodes += rewrite(proto, constants, graph.tensors) if rewrite else [proto]
    _replace(model, nodes, constants)
    model.ir_version = _IR_VERSION
    del model.opset_import[:]
    model.opset_import.append(helper.make_opsetid("", OPSET))
    rewritten: bytes = model.SerializeToString(deterministic=True)
    return rewritten


def _sizes(graph: Graph, name: str) -> Sizes:
    return tuple(int(size) for size in graph.tensors[name].shape)


def _resize(proto: NodeProto, constants: Constants, sizes: Sizes) -> None:
    name = proto.input[3]
    constants[name] = numpy_helper.from_array(np.array(sizes, np.int64), name)
    kept = [attribute for attribute in proto.attribute if attribute.name != "axes"]
    del proto.attribute[:]
    proto.attribute.extend(kept)


def _reduce_mean(
    proto: NodeProto,
    constants: Constants,
    taken: Container[str],  # noqa: ARG001
) -> Sequence[NodeProto]:
    axes = numpy_helper.to_array(constants.pop(proto.input[1])).tolist()
    proto.input[:] = proto.input[:1]
    proto.attribute.append(helper.make_attribute("axes", axes))
    return [proto]


def _hard_swish(
    proto: NodeProto,
    constants: Constants,  # noqa: ARG001
    taken: Container[str],
) -> Sequence[NodeProto]:
    (x,), (y,), name = proto.input, proto.output, proto.name
    gate = fresh_name(f"{y}.gate", taken)
    half = helper.make_node("HardSigmoid", [x], [gate], f"{name}/gate", alpha=1 / 6, beta=0.5)
    return [half, helper.make_node("Mul", [x, gate], [y], name)]


def _mish(
    proto: NodeProto,
    constants: Constants,  # noqa: ARG001
    taken: Container[str],
) -> Sequence[NodeProto]:
    (x,), (y,), name = proto.input, proto.output, proto.name
    inner, gate = (fresh_name(f"{y}.{part}", taken) for part in ("softplus", "gate"))
    return [
        helper.make_node("Softplus", [x], [inner], f"{name}/softplus"),
        helper.make_node("Tanh", [inner], [gate], f"{name}/gate"),
        helper.make_node("Mul", [x, gate], [y], name),
    ]


def _reciprocal(
    proto: NodeProto, constants: Constants, taken: Container[str]
) -> Sequence[NodeProto]:
    one = _constant(f"{proto.output[0]}.one", 1, constants, taken)
    return [helper.make_node("Div", [one, *proto.input], list(proto.output), proto.name)]


def _gelu(proto: NodeProto, constants: Constants, taken: Container[str]) -> Sequence[NodeProto]:
    """Write x * (0.5 * f + 0.5), f the error function or tanh(a * (x + b * x**3))."""
    (x,), (y,), name = proto.input, proto.output, proto.name
    nodes: list[NodeProto] = []

    def add(op_type: str, *inputs: str) -> str:
        output = fresh_name(f"{y}.{op_type.lower()}{len(nodes)}", taken)
        nodes.append(helper.make_node(op_type, inputs, [output], f"{name}/{len(nodes)}"))
        return output

    def number(value: float) -> str:
        return _constant(f"{y}.number", value, constants, taken)

    if any(a.name == "approximate" and a.s == b"tanh" for a in proto.attribute):
        square = add("Mul", add("Mul", x, x), number(0.044715))
        inner = add("Mul", x, add("Add", square, number(1)))
        function = add("Tanh", add("Mul", inner, number(math.sqrt(2 / math.pi))))
    else:
        function = add("Erf", add("Mul", x, number(math.sqrt(0.5))))
    gate = add("Add", add("Mul", function, number(0.5)), number(0.5))
    return [*nodes, helper.make_node("Mul", [x, gate], [y], name)]


def _constant(wish: str, value: float, constants: Constants, taken: Container[str]) -> str:
    """Add a number of shape (1,), which TensorRT's parser broadcasts."""
    name = fresh_name(fresh_name(wish, taken), constants)
    constants[name] = numpy_helper.from_array(np.array([value], np.float32), name)
    return name


_Rewrite = Callable[[NodeProto, Constants, Container[str]], Sequence[NodeProto]]
_REWRITES: Mapping[str, _Rewrite] = MappingProxyType(
    {
        "Gelu": _gelu,
        "HardSwish": _hard_swish,
        "Mish": _mish,
        "Reciprocal": _reciprocal,
        "ReduceMean": _reduce_mean,
    }
)


def _replace(model: ModelProto, nodes: Sequence[NodeProto], constants: Constants) -> None:
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    del model.graph.initializer[:]
    model.graph.initializer.extend(constants.values())
