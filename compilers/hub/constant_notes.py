"""Properties of quantized constants that ONNX cannot express, stored in the metadata.

The file holds the complete integers; only their origin (fewer bits than their type, the rounding)
would be lost. The network's results do not depend on it.
"""

import json
from collections.abc import Mapping
from dataclasses import replace

from zoo.errors import HubError
from zoo.graph import Graph, Quantization

__all__ = ["KEY", "apply_note", "notes_of", "parse_notes"]

KEY = "zoo.constants"

_BITS = range(1, 33)

Note = tuple[int, str]
Notes = Mapping[str, Note]
"""Bits and rounding of constants by name."""


def notes_of(graph: Graph) -> dict[str, str]:
    """Return the metadata entry, none if there is nothing to note."""
    notes = {}
    for name, tensor in sorted(graph.tensors.items()):
        if tensor.is_constant and tensor.quantization:
            plain = Quantization((), (), bits=_bits(tensor.dtype))
            said = tensor.quantization
            if (said.bits, said.rounding) != (plain.bits, plain.rounding):
                notes[name] = {"bits": said.bits, "rounding": said.rounding}
    return {KEY: json.dumps(notes, sort_keys=True)} if notes else {}


def parse_notes(metadata: Mapping[str, str], where: str) -> Notes:
    """Return the notes by tensor; raises HubError if they are damaged."""
    try:
        notes = json.loads(metadata.get(KEY, "{}"))
        return {
            str(name): (_BITS[_BITS.index(note["bits"])], str(note["rounding"]))
            for name, note in notes.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise HubError(
            f"{where}: metadata '{KEY}' is damaged ({error}); write the file again"
        ) from error


def apply_note(quantization: Quantization, note: Note | None) -> Quantization:
    """Return the quantization with the note applied."""
    return replace(quantization, bits=note[0], rounding=note[1]) if note else quantization


def _bits(dtype: str) -> int:
    return int(dtype.removeprefix("u").removeprefix("int"))
