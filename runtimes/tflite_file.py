"""Reads metadata of a .tflite file and turns its inner tensors into outputs, for an executor.

Fields are numbered as in TensorFlow Lite's schema.fbs, version 3. LiteRT has validated the file.
"""

import json
import struct
from collections.abc import Container, Mapping

from zoo.flat_table import FlatTable

__all__ = ["metadata", "with_outputs"]

_INT_BYTES = 4


def metadata(content: bytes, name: str) -> Mapping[str, str]:
    """Return one of our metadata entries, nothing if the file lacks it."""
    model = FlatTable.root(content)
    for entry in model.tables(6):
        if entry.text(0) == name:
            texts: dict[str, str] = json.loads(model.tables(4)[entry.number(1, "I")].text(0))
            return texts
    return {}


def with_outputs(content: bytes, names: Container[str]) -> bytes:
    """Return the file with those of the named tensors as outputs that its ops compute.

    The new list of outputs is appended and the old one kept, so everything else stays in place with
    its alignment.
    """
    graph = FlatTable.root(content).tables(2)[0]
    tensors, place = graph.tables(0), graph.place(2)
    assert place is not None  # LiteRT has loaded the file
    computed = (int(i) for op in graph.tables(3) for i in op.numbers(2, "<i4"))
    outputs = [index for index in computed if tensors[index].text(3) in names]
    changed = bytearray(content + bytes(-len(content) % _INT_BYTES))
    struct.pack_into("<I", changed, place, len(changed) - place)
    return bytes(changed) + struct.pack(f"<I{len(outputs)}i", len(outputs), *outputs)
