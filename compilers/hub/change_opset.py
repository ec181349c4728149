"""Converts files of older and newer opsets, node by node, to one that the hub reads."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

import onnx
from onnx import GraphProto, ModelProto, NodeProto, numpy_helper
from onnx.defs import OpSchema, SchemaError, get_schema

from compilers.hub.decode import OPSETS, opset_of
from compilers.hub.infer_shapes import infer_shapes
from compilers.hub.model_file import graphs_of
from compilers.hub.old_forms import OldForms
from compilers.op_table import no_op_plugin
from zoo.errors import HubError, UnsupportedOpError

__all__ = ["change_opset"]

_OLDEST, _NEWEST = 6, onnx.defs.onnx_opset_version()
_IR_VERSION = 10  # that of opset 21

# Not in the schemas: before opset 7 the slope of PRelu only had the channel axis.
_OTHERWISE = MappingProxyType({"PRelu": 7})


def change_opset(model: ModelProto, where: str) -> None:
    """Convert every node from older opsets to 13, from newer ones to 21.

    Raises HubError for an unknown opset, LookupError or TypeError for a broken file,
    UnsupportedOpError for a node without known semantics in the other opset.
    """
    opset = opset_of(model)
    if not opset:
        raise HubError(f"{where}: states no opset of ONNX; the file is empty or damaged")
    if not _OLDEST <= opset <= _NEWEST:
        raise HubError(
            f"{where}: ONNX opset {opset}; supported are {_OLDEST} to {_NEWEST}: export with one "
            f"of {OPSETS.start} to {OPSETS.stop - 1}"
        )
    if opset in OPSETS:
        model.ir_version = _IR_VERSION
        return
    wanted = OPSETS.start if opset < OPSETS.start else OPSETS.stop - 1
    forms = OldForms(
        model,
        opset,
        infer_shapes(model),
        where,
        set(_names(model.graph)),
        dict(_constants(model.graph)),
    )
    for graph in list(graphs_of(model.graph)):
        nodes = [new for node in graph.node for new in _converted(forms, node, opset, wanted)]
        del graph.node[:]
        graph.node.extend(nodes)
    model.ir_version = _IR_VERSION
    for entry in model.opset_import:
        if entry.domain in ("", "ai.onnx"):
            entry.version = wanted


def _converted(forms: OldForms, node: NodeProto, opset: int, wanted: int) -> list[NodeProto]:
    if node.domain not in ("", "ai.onnx") or _means_the_same(node, opset, wanted):
        return [node]
    where = f"{forms.where}: node '{node.name or ', '.join(node.output)}' ({node.op_type})"
    if not onnx.defs.has(node.op_type, wanted):
        raise no_op_plugin(node.op_type, where)
    changed = forms.rewrite(node) if wanted > opset else None
    if changed is None:
        raise UnsupportedOpError(
            f"{where}: its meaning in ONNX opset {opset} is unknown; export with one of "
            f"{OPSETS.start} to {OPSETS.stop - 1}"
        )
    return changed


def _names(graph: GraphProto) -> Iterator[str]:
    for inner in graphs_of(graph):
        yield from (value.name for value in (*inner.input, *inner.initializer))
        yield from (name for node in inner.node for name in node.output)


def _constants(graph: GraphProto) -> Iterator[tuple[str, Any]]:
    """Yield the values of small constants by name, such as scales."""
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute and node.attribute[0].HasField("t"):
            tensors[node.output[0]] = node.attribute[0].t
    for name, tensor in tensors.items():
        if len(tensor.dims) == 1 and tensor.dims[0] <= 8:
            yield name, numpy_helper.to_array(tensor)


def _means_the_same(node: NodeProto, found: int, wanted: int) -> bool:
    """Whether a node of opset `found` is valid unchanged in a file of opset `wanted`.

    It is if the versions differ only in types and in what the node omits: the newer form has the
    older one's inputs and attributes, including defaults, and the node uses nothing newer.
    Operators that neither version knows are left to the reader.
    """
    own, other = _schema(node.op_type, found), _schema(node.op_type, wanted)
    if own is None or other is None:
        return own is other
    older, newer = sorted((own, other), key=lambda schema: schema.since_version)
    if older.since_version == newer.since_version:
        return True
    if older.since_version < _OTHERWISE.get(node.op_type, 0) <= newer.since_version:
        return False
    names = [value.name for value in older.inputs]
    kept = [value.name for value in newer.inputs][: len(names)] == names
    defaults = _defaults(newer)
    same = all(defaults.get(name) == value for name, value in _defaults(older).items())
    return kept and same and not newer.deprecated and _uses_only(node, other)


def _schema(op_type: str, opset: int) -> OpSchema | None:
    try:
        return get_schema(op_type, opset)
    except SchemaError:
        return None


def _defaults(schema: OpSchema) -> dict[str, tuple[object, bytes]]:
    """Return type and default of each attribute."""
    return {
        name: (attribute.type, attribute.default_value.SerializeToString())
        for name, attribute in schema.attributes.items()
    }


def _uses_only(node: NodeProto, schema: OpSchema) -> bool:
    attributes = {attribute.name for attribute in node.attribute}
    return attributes <= set(schema.attributes) and len(node.input) <= schema.max_input
