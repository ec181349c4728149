"""An .xmodel file as values: ops, their tensors and attributes, and the tree of subgraphs.

Image shapes are NHWC; weights are OHWI.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

__all__ = ["XirAttribute", "XirGraph", "XirOp", "XirSubgraph", "XirTensor", "attributes_of"]


@dataclass(frozen=True)
class XirAttribute:
    """A value and its type in the file: XIR refuses a uint64 in place of an int32.

    kind: 'bool', 'int32', 'uint64', 'float', 'string', 'bytes', 'int32_vec', 'string_vec',
    'map_string_2_string', ...: the alternatives of AttrValue in xir.proto without '_value'.
    value: vectors are tuples, maps are dicts of str.
    """

    kind: str
    value: Any

    @classmethod
    def of(cls, value: object) -> "XirAttribute":
        """Return an attribute of the kind that quantized files use for this value.

        int is 'int32', a tuple has its first item's kind (int if empty), a mapping maps strings.
        Raises TypeError for anything else.
        """
        if isinstance(value, XirAttribute):
            return value
        if isinstance(value, tuple):
            return cls(f"{_kind(value[0] if value else 0)}_vec", value)
        if isinstance(value, Mapping):
            return cls("map_string_2_string", dict(value))
        return cls(_kind(value), value)


class _WithAttributes:
    attributes: Mapping[str, XirAttribute]

    def __post_init__(self) -> None:
        _freeze(self, "attributes")

    def attribute(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 (any kind)
        """Return an attribute's value."""
        found = self.attributes.get(name)
        return default if found is None else found.value


@dataclass(frozen=True)
class XirTensor(_WithAttributes):
    """An op's output. dtype: XIR's name, such as 'FLOAT32' or 'XINT8'."""

    name: str
    shape: tuple[int, ...]
    dtype: str = "FLOAT32"
    attributes: Mapping[str, XirAttribute] = field(default_factory=dict)


@dataclass(frozen=True)
class XirOp(_WithAttributes):
    """One operation. arguments: names of its input ops, by role ('input', 'weights')."""

    name: str
    type: str
    tensor: XirTensor
    arguments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attributes: Mapping[str, XirAttribute] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        _freeze(self, "arguments")


@dataclass(frozen=True)
class XirSubgraph(_WithAttributes):
    """A group of ops, listed by its children if there are any.

    In a compiled file the root's children have 'device'.
    """

    name: str
    ops: tuple[str, ...]
    attributes: Mapping[str, XirAttribute] = field(default_factory=dict)
    children: tuple["XirSubgraph", ...] = ()


@dataclass(frozen=True)
class XirGraph(_WithAttributes):
    """A whole file. ops: producers first."""

    name: str
    ops: tuple[XirOp, ...]
    root: XirSubgraph
    attributes: Mapping[str, XirAttribute] = field(default_factory=dict)


def attributes_of(values: Mapping[str, object]) -> dict[str, XirAttribute]:
    """Return plain values as attributes."""
    return {name: XirAttribute.of(value) for name, value in values.items()}


def _kind(value: object) -> str:
    kinds = ((bool, "bool"), (int, "int32"), (float, "float"), (str, "string"), (bytes, "bytes"))
    for python_type, kind in kinds:
        if isinstance(value, python_type):
            return kind
    raise TypeError(f"no attribute of XIR holds a {type(value).__name__}")


def _freeze(instance: object, name: str) -> None:
    object.__setattr__(instance, name, MappingProxyType(dict(getattr(instance, name))))
