"""XirGraph -> the bytes of an .xmodel file, byte-identical for the same graph."""

from collections.abc import Mapping
from typing import Any

from compilers.xmodel.messages import dtype_codes, graph_message
from compilers.xmodel.xir import XirAttribute, XirGraph, XirOp, XirSubgraph

__all__ = ["encode"]


def encode(graph: XirGraph) -> bytes:
    """Return the file, with sorted protobuf map entries for reproducible bytes."""
    message = graph_message()(graph_name=graph.name)
    for op in graph.ops:
        _write_op(message.op_node.add(), op)
    _write_subgraph(message.subg_root, graph.root)
    _write_attributes(message.graph_attr, graph.attributes)
    content: bytes = message.SerializeToString(deterministic=True)
    return content


def _write_op(message: Any, op: XirOp) -> None:  # noqa: ANN401 (messages are made at run time)
    message.op_name, message.op_type = op.name, op.type
    _write_attributes(message.op_attr, op.attributes)
    for role, names in op.arguments.items():
        message.args.add(arg_name=role, arg_ops=names)
    tensor = message.output_tensor
    tensor.tensor_name = op.tensor.name
    tensor.tensor_dim.extend(op.tensor.shape)
    tensor.data_type, tensor.tensor_bit_width = dtype_codes(op.tensor.dtype)
    _write_attributes(tensor.tensor_attr, op.tensor.attributes)


def _write_subgraph(message: Any, subgraph: XirSubgraph) -> None:  # noqa: ANN401
    message.subgraph_name = subgraph.name
    message.op_name.extend(subgraph.ops)
    _write_attributes(message.subg_attr, subgraph.attributes)
    for child in subgraph.children:
        _write_subgraph(message.subg_child.add(), child)


def _write_attributes(entries: Any, attributes: Mapping[str, XirAttribute]) -> None:  # noqa: ANN401
    for name, attribute in attributes.items():
        _write_value(entries[name], attribute)


def _write_value(message: Any, attribute: XirAttribute) -> None:  # noqa: ANN401
    field, value = f"{attribute.kind}_value", attribute.value
    if isinstance(value, Mapping | tuple | bytes):
        _fill(getattr(message, field), value)
    else:
        setattr(message, field, value)


def _fill(wrapper: Any, value: Mapping[str, Any] | tuple[Any, ...] | bytes) -> None:  # noqa: ANN401
    """Write into a message with the single field 'value', even if empty."""
    wrapper.SetInParent()
    if isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(item, tuple | bytes):
                _fill(wrapper.value[key], item)
            else:
                wrapper.value[key] = item
    elif isinstance(value, tuple) and value and isinstance(value[0], bytes):
        for item in value:
            _fill(wrapper.value.add(), item)
    elif isinstance(value, tuple):
        wrapper.value.extend(value)
    else:
        wrapper.value = value
