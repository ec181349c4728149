"""Whether an operator means the same in two versions of ONNX."""

from types import MappingProxyType

from onnx import NodeProto
from onnx.defs import OpSchema, SchemaError, get_schema

__all__ = ["means_the_same"]


# What the forms do not tell: before opset 7 the slope of PRelu had no axes but the channels'.
_OTHERWISE = MappingProxyType({"PRelu": 7})


def means_the_same(node: NodeProto, found: int, wanted: int) -> bool:
    """Whether a node of opset `found` can stand as it is in a file of opset `wanted`.

    It can where the two versions differ in types and in what the node leaves out only: the older
    form's inputs and attributes, defaults included, are in the newer one, and nothing that came
    later is used. Operators that neither version knows are left to the reader.
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
