"""Attributes of a node by type: an op reads what its own `parse` wrote."""

from typing import cast

from zoo.graph import Node

__all__ = ["integer", "integers", "real", "text"]


def integer(node: Node, name: str) -> int:
    """Return an attribute that is one integer."""
    return cast(int, node.attributes[name])


def integers(node: Node, name: str) -> tuple[int, ...]:
    """Return an attribute that is a list of integers."""
    return cast("tuple[int, ...]", node.attributes[name])


def real(node: Node, name: str) -> float:
    """Return an attribute that is one float."""
    return cast(float, node.attributes[name])


def text(node: Node, name: str) -> str:
    """Return an attribute that is a word."""
    return cast(str, node.attributes[name])
