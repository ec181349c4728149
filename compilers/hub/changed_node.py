"""Copies of a file's nodes with other attributes."""

from collections.abc import Iterable
from typing import Any

from onnx import NodeProto, helper

__all__ = ["attribute_of", "changed_node"]


def attribute_of(node: NodeProto, name: str, default: Any = None) -> Any:  # noqa: ANN401
    """Return the value of a node's attribute."""
    found = [attribute for attribute in node.attribute if attribute.name == name]
    return helper.get_attribute_value(found[0]) if found else default


def changed_node(node: NodeProto, drop: Iterable[str] = (), **attributes: object) -> NodeProto:
    """Return a copy of the node with some attributes removed and others set."""
    new = NodeProto()
    new.CopyFrom(node)
    kept = [a for a in node.attribute if a.name not in {*drop, *attributes}]
    del new.attribute[:]
    new.attribute.extend(kept)
    new.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
    return new
