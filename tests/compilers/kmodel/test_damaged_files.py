"""Whatever bytes a file holds, reading it ends in facts or in a clear error."""

import json
import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kmodels import LAYER, kmodels

from compilers.kmodel.decode import decode
from compilers.kmodel.describe import DESCRIBER
from compilers.kmodel.encode import encode
from compilers.kmodel.kmodel import CpuNode, Kmodel, Memory, MemoryRange
from compilers.kmodel.node_forms import code_of
from compilers.kmodel.version5 import Headers
from zoo.errors import ArtifactError

PLACE = MemoryRange(Memory.KPU, "uint8", 64, 96)
FLOATS = MemoryRange(Memory.MAIN, "float32", 8, 12)
COPY = {"input": PLACE, "output": PLACE}
LOGISTIC = {"flags": 1, "input": 2, "output": 3, "channels": 4}

SECTION = struct.pack("<16s4I", b".text", 0, 4, 8, 0) + bytes(12)
FUNCTION = struct.pack("<8I", 32, 40, 48, 16, 1, 2, 0, 8) + bytes(8)
MODULE = b"".join(
    (
        struct.pack("<16s8I", b"k210", 1, 48, 48 + 16 + 40 + 44, 2, 0, 1, 1, 0),
        struct.pack("<B3xIB3xI", 2, 100, 64, 2000),
        FUNCTION,
        SECTION,
    )
)
VERSION_5 = struct.pack("<4s7I", b"LDMK", 5, 32, 0, 8, 1, 0, 0) + MODULE


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A file, cut off, with bits flipped, with bytes taken out or put in."""
    content = bytearray(draw(kmodels().map(encode) | st.just(VERSION_5)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(content) - 1))
        match draw(st.sampled_from(("flip", "cut", "remove", "insert"))):
            case "flip":
                content[place] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del content[max(place, 1) :]
            case "remove":
                del content[place : place + draw(st.integers(1, 40))]
            case "insert":
                content[place:place] = draw(st.binary(max_size=20))
        content = content or bytearray(b"\0")
    return bytes(content)


@given(damaged() | st.binary(max_size=200))
@settings(max_examples=150)
def test_describing_gives_facts_or_a_clear_error(content):
    with suppress(ArtifactError):
        json.dumps(DESCRIBER.describe(content, "file.kmodel"))


@pytest.mark.parametrize("last", [LAYER, CpuNode(code_of(4, "memory_copy"), COPY)])
def test_a_file_of_version_4_cut_anywhere_is_an_error(last):
    model = Kmodel(4, 20, (PLACE,), (LAYER, last), (PLACE,), ((1, 2, 3, 4),), bytes(8))
    _check_cuts(encode(model))


@pytest.mark.parametrize("last", [LAYER, CpuNode(code_of(3, "logistic"), LOGISTIC)])
def test_a_file_of_version_3_cut_anywhere_is_an_error(last):
    _check_cuts(encode(Kmodel(3, 20, (FLOATS,), (LAYER, last), flags=1, target=0)))


def _check_cuts(content: bytes) -> None:
    """Only the gap behind the last node may be absent."""
    whole = decode(content, "file.kmodel")
    for end in range(len(content)):
        with suppress(ArtifactError):
            found = decode(content[:end], "cut.kmodel")
            assert len(content) - end < 8
            assert encode(found) == encode(whole)


def test_a_file_of_version_5_cut_anywhere_is_an_error():
    for end in range(len(VERSION_5)):
        with pytest.raises(ArtifactError, match="damaged"):
            decode(VERSION_5[:end], "cut.kmodel")


def test_the_headers_of_version_5_are_read():
    found = decode(VERSION_5, "file.kmodel")
    assert isinstance(found, Headers)
    (module,) = found.modules
    assert (module.kind, module.memory_bytes) == ("k210", {"constants": 100, "kpu": 2000})
    assert [(part.name, part.size_bytes) for part in module.sections] == [(".text", 8)]
    assert (module.functions[0].inputs, module.functions[0].outputs) == (1, 2)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it has 0 bytes"),
        (b"LDMK\x06\0\0\0", "its version is 6; known are 3, 4 and 5"),
        (b"PK\x03\x04....", "it begins with b'PK.x03.x04'"),
        (struct.pack("<7I", 3, 1, 0, 1 << 31, 0, 0, 0), "2147483648 layer headers: "),
        (
            struct.pack("<4s9I", b"LDMK", 4, 0, 1, 0, 0, 0, 0, 9, 0),
            "9 outputs: 144 bytes are expected from byte 40 on, where 0 are left",
        ),
        (
            struct.pack("<4s9I4I", b"LDMK", 4, 0, 1, 0, 0, 0, 0, 1, 0, 7, 1, 0, 0),
            "outputs 0 is in memory 7 and of type 1; known are memories 0 to 2",
        ),
    ],
)
def test_the_message_says_what_is_wrong(content, message):
    with pytest.raises(ArtifactError, match=message):
        decode(content, "file.kmodel")
