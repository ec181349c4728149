"""Op plugins by name and by ONNX operator type."""

from collections.abc import Mapping
from functools import cache

from zoo import registry
from zoo.errors import PluginError, UnsupportedOpError
from zoo.op import Op
from zoo.provenance.used import recording

__all__ = ["claims", "find_onnx_type", "find_op", "no_op_plugin", "onnx_types"]


def find_op(name: str) -> Op:
    """Return the op plugin of a node's `op`; raises UnknownNameError."""
    op: Op = registry.load("op", name)
    return op


def find_onnx_type(op_type: str) -> Op | None:
    """Return the op plugin that parses an ONNX operator type, None if there is none.

    Raises PluginError for several: an operator that two plugins claim stops only networks with it.
    """
    names = claims(op_type)
    if len(names) > 1:
        ops = " and ".join(f"'{name}'" for name in names)
        raise PluginError(
            f"ONNX operator {op_type} is parsed by ops {ops}; keep one and uninstall the plugins "
            "of the others (`zoo plugins`)"
        )
    return find_op(names[0]) if names else None


def claims(op_type: str) -> tuple[str, ...]:
    """Return the names of all ops that parse an ONNX operator type."""
    return _names_by_onnx_type().get(op_type, ())


def onnx_types() -> tuple[str, ...]:
    """Return every ONNX operator type that some op plugin parses, sorted."""
    return tuple(sorted(_names_by_onnx_type()))


def no_op_plugin(kind: str, where: str) -> UnsupportedOpError:
    """Return the error for an ONNX operator that no op plugin parses.

    It suggests no similar names: such operators compute something else.
    """
    return UnsupportedOpError(
        f"{where}: no op plugin reads ONNX operator '{kind}'; export the network without it, or "
        "add an op plugin (docs/plugins.md)"
    )


@cache
def _names_by_onnx_type() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    with recording():  # not recorded: asking a plugin what it parses does not use it
        for name in registry.names("op"):
            for op_type in find_op(name).onnx_types:
                found[op_type] = (*found.get(op_type, ()), name)
    return found
