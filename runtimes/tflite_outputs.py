"""A .tflite file with other outputs: tensors inside it."""

import struct
from collections.abc import Container
from typing import Any

__all__ = ["with_outputs"]

_OUTPUTS = 8
"""Of a SubGraph, as the place in its table's head."""
_INT_BYTES = 4


def with_outputs(content: bytes, names: Container[str]) -> bytes:
    """Return the file with only those tensors of these names as outputs that its ops compute.

    The list of outputs is written behind the file, and the old one left: all else stays in place,
    with its alignment.
    """
    from ai_edge_litert import schema_py_generated as schema

    graph = schema.Model.GetRootAs(content).Subgraphs(0)
    outputs = [i for i in _computed(graph) if graph.Tensors(i).Name().decode() in names]
    place = graph._tab.Pos + graph._tab.Offset(_OUTPUTS)
    changed = bytearray(content + bytes(-len(content) % _INT_BYTES))
    struct.pack_into("<I", changed, place, len(changed) - place)
    return bytes(changed) + struct.pack(f"<I{len(outputs)}i", len(outputs), *outputs)


def _computed(graph: Any) -> list[int]:  # noqa: ANN401 (a generated class without types)
    ops = (graph.Operators(index) for index in range(graph.OperatorsLength()))
    return [int(op.Outputs(place)) for op in ops for place in range(op.OutputsLength())]
