"""The bytes of any .xmodel file, quantized or compiled -> XirGraph."""

from collections.abc import Mapping
from typing import Any

from google.protobuf.message import DecodeError

from compilers.xmodel.messages import dtype_name, graph_message
from compilers.xmodel.xir import XirAttribute, XirGraph, XirOp, XirSubgraph, XirTensor
from zoo.errors import ArtifactError

__all__ = ["decode"]


def decode(content: bytes, where: str) -> XirGraph:
    """Return the file's graph; raises ArtifactError naming `where`."""
    message = graph_message()()
    try:
        message.ParseFromString(content)
        graph = XirGraph(
            message.graph_name,
            tuple(_op(node) for node in message.op_node),
            _subgraph(message.subg_root),
            _attributes(message.graph_attr),
        )
    except (DecodeError, ValueError, RecursionError) as error:
        raise ArtifactError(
            f"{where}: not an .xmodel file, or a damaged one ({error}); build or compile it again"
        ) from error
    if not graph.ops:
        raise ArtifactError(
            f"{where}: it holds no ops, so it is not an .xmodel file, or is damaged; build or "
            "compile it again"
        )
    return graph


def _op(node: Any) -> XirOp:  # noqa: ANN401 (messages are made at run time)
    arguments: dict[str, tuple[str, ...]] = {}
    for argument in node.args:
        if argument.arg_ops:  # XIR also writes absent optional arguments
            before = arguments.get(argument.arg_name, ())
            arguments[argument.arg_name] = (*before, *argument.arg_ops)
    tensor = XirTensor(
        node.output_tensor.tensor_name,
        tuple(node.output_tensor.tensor_dim),
        dtype_name(node.output_tensor.data_type, node.output_tensor.tensor_bit_width),
        _attributes(node.output_tensor.tensor_attr),
    )
    return XirOp(node.op_name, node.op_type, tensor, arguments, _attributes(node.op_attr))


def _subgraph(message: Any) -> XirSubgraph:  # noqa: ANN401
    return XirSubgraph(
        message.subgraph_name,
        tuple(message.op_name),
        _attributes(message.subg_attr),
        tuple(_subgraph(child) for child in message.subg_child),
    )


def _attributes(entries: Any) -> dict[str, XirAttribute]:  # noqa: ANN401
    """Return the attributes with a value; an empty AttrValue has none."""
    kinds = {name: entries[name].WhichOneof("value") for name in sorted(entries)}
    return {
        name: XirAttribute(kind.removesuffix("_value"), _plain(getattr(entries[name], kind)))
        for name, kind in kinds.items()
        if kind is not None
    }


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Return the content of wrappers with the single field 'value', or the scalar."""
    if not hasattr(value, "value"):
        return value
    inner = value.value
    if isinstance(inner, str | bytes):
        return inner
    if isinstance(inner, Mapping) or hasattr(inner, "keys"):
        return {key: _plain(inner[key]) for key in sorted(inner)}
    return tuple(_plain(item) for item in inner)
