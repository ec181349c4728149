"""Operators read as compositions of others."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from compilers.hub.compose import (
    arithmetic,
    einsum,
    matrices,
    moves,
    normalisations,
    recurrent,
    reductions,
    signals,
    transposed,
)
from compilers.hub.compose.parts import Parts
from compilers.hub.onnx_node import OnnxNode
from zoo.op import OnnxCall

__all__ = ["COMPOSED", "compose"]

_COMPOSITIONS: Mapping[str, Callable[[Parts], None]] = MappingProxyType(
    {
        **arithmetic.COMPOSITIONS,
        **einsum.COMPOSITIONS,
        **matrices.COMPOSITIONS,
        **moves.COMPOSITIONS,
        **normalisations.COMPOSITIONS,
        **recurrent.COMPOSITIONS,
        **reductions.COMPOSITIONS,
        **signals.COMPOSITIONS,
        **transposed.COMPOSITIONS,
    }
)

COMPOSED = tuple(sorted(_COMPOSITIONS))
"""Types of these operators; for some, only certain uses."""


def compose(node: OnnxNode, call: OnnxCall, fresh: Callable[[str], str]) -> Parts | None:
    """Return an operator's composition, None if it has none.

    Operators on constants alone have none. Raises UnsupportedOpError for an unknown use.
    """
    composition = None if node.domain else _COMPOSITIONS.get(node.op_type)
    if composition is None or all(t is None or t.is_constant for t in call.inputs):
        return None
    parts = Parts(node, call, fresh)
    composition(parts)
    return parts if parts.nodes else None
