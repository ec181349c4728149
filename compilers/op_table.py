"""Op plugins by name and by ONNX operator type."""

from collections.abc import Mapping
from functools import cache

from zoo import registry
from zoo.op import Op

__all__ = ["find_onnx_type", "find_op", "onnx_types"]


def find_op(name: str) -> Op:
    """Return the op plugin of a node's `op`; raises UnknownNameError."""
    op: Op = registry.load("op", name)
    return op


def find_onnx_type(op_type: str) -> Op | None:
    """Return the op plugin that parses an ONNX operator type, None where there is none."""
    return _by_onnx_type().get(op_type)


def onnx_types() -> tuple[str, ...]:
    """Return every ONNX operator type that some op plugin parses, sorted."""
    return tuple(sorted(_by_onnx_type()))


@cache
def _by_onnx_type() -> Mapping[str, Op]:
    ops = [find_op(name) for name in registry.names("op")]
    return {op_type: op for op in ops for op_type in op.onnx_types}
