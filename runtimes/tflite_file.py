"""What an executor reads in a .tflite file, and how it makes tensors inside it outputs.

Fields are numbered as in TensorFlow Lite's schema.fbs, version 3. LiteRT has loaded the file.
"""

import json
import struct
from collections.abc import Container, Mapping

from zoo.flat_table import FlatTable

__all__ = ["metadata", "with_outputs"]

_INT_BYTES = 4


def metadata(content: bytes, name: str) -> Mapping[str, str]:
    """Return one of our metadata, nothing where the file does not have it."""
    model = FlatTable.root(content)
    for entry in model.tables(6):
        if entry.text(0) == name:
            texts: dict[str, str] = json.loads(model.tables(4)[entry.number(1, "I")].text(0))
            return texts
    return {}


def with_outputs(content: bytes, names: Container[str]) -> bytes:
    """Return the file with only those tensors of these names as outputs that its ops compute.

    The list of outputs is written behind the file, and the old one left: all else stays in place,
    with its alignment.
    """
    graph = FlatTable.root(content).tables(2)[0]
    tensors, place = graph.tables(0), graph.place(2)
    assert place is not None  # LiteRT has loaded the file
    computed = (int(i) for op in graph.tables(3) for i in op.numbers(2, "<i4"))
    outputs = [index for index in computed if tensors[index].text(3) in names]
    changed = bytearray(content + bytes(-len(content) % _INT_BYTES))
    struct.pack_into("<I", changed, place, len(changed) - place)
    return bytes(changed) + struct.pack(f"<I{len(outputs)}i", len(outputs), *outputs)
