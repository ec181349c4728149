"""From the hub's opset 21 to opset 13, which every TensorRT from 8.2 on reads.

TensorRT 8.2 ends there (docs/operators.md of its ONNX parser). Of what the ops express, these
differ:

Resize       sizes of height and width  ->  of all four axes
ReduceMean   axes as an input           ->  as an attribute
HardSwish    one operator               ->  x * HardSigmoid(x)
"""

from collections.abc import Callable, Container, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from compilers.fresh_name import fresh_name
from zoo.graph import Graph

__all__ = ["OPSET", "operators", "to_opset13"]

OPSET = 13
_IR_VERSION = 7  # of ONNX 1.8, which brought opset 13

Constants = dict[str, TensorProto]
Sizes = tuple[int, ...]


def operators(op_type: str) -> tuple[str, ...]:
    """Return as which operators one of the hub's is written."""
    return ("HardSigmoid", "Mul") if op_type == "HardSwish" else (op_type,)


def to_opset13(content: bytes, graph: Graph) -> bytes:
    """Return the file in opset 13. content: the hub of `graph`, which has a fixed batch."""
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


_Rewrite = Callable[[NodeProto, Constants, Container[str]], Sequence[NodeProto]]
_REWRITES: Mapping[str, _Rewrite] = MappingProxyType(
    {"ReduceMean": _reduce_mean, "HardSwish": _hard_swish}
)


def _replace(model: ModelProto, nodes: Sequence[NodeProto], constants: Constants) -> None:
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    del model.graph.initializer[:]
    model.graph.initializer.extend(constants.values())
