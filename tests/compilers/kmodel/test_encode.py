"""Files of versions 3 and 4: what is written is read, and lies where loaders look for it."""

import struct
from dataclasses import replace

import pytest
from hypothesis import given, settings
from kmodels import LAYER, kmodels

from compilers.kmodel.decode import decode
from compilers.kmodel.encode import encode
from compilers.kmodel.kmodel import CpuNode, Kmodel, Memory, MemoryRange
from compilers.kmodel.node_forms import code_of
from compilers.kmodel.parameters import (
    BatchNorm,
    pack_norms,
    pack_segments,
    unpack_norms,
    unpack_segments,
)
from zoo.errors import ArtifactError

NORM, SEGMENT = LAYER.norms[0], LAYER.segments[0]
OUTPUT = MemoryRange(Memory.MAIN, "float32", 8, 12)


def words(content: bytes, start: int, count: int) -> tuple[int, ...]:
    return struct.unpack_from(f"<{count}I", content, start)


@given(kmodels())
@settings(max_examples=60)
def test_what_is_written_is_read(model):
    content = encode(model)
    read = decode(content, "file.kmodel")
    assert encode(read) == content
    # Gaps behind bodies count as their data.
    assert [_without_gap(node) for node in read.nodes] == [_without_gap(n) for n in model.nodes]
    assert replace(read, nodes=()) == replace(model, nodes=())


def _without_gap(node):
    return replace(node, data=node.data.rstrip(b"\0")) if isinstance(node, CpuNode) else node


def test_parameters_lie_where_the_sdk_has_them():
    assert pack_norms([NORM]) == struct.pack("<Q", 0xFFFFFE | 0xFFFFFFFC << 24 | 3 << 56)
    packed = struct.unpack("<16Q16B", pack_segments([SEGMENT] * 16))
    assert packed == (6 | 0xFFFB << 8 | 0x800000000 << 24,) * 16 + (7,) * 16
    assert unpack_norms(pack_norms([NORM])) == (NORM,)
    assert unpack_segments(pack_segments([SEGMENT] * 16)) == (SEGMENT,) * 16


def test_version_4_has_the_order_of_its_runtime():
    code = code_of(4, "dequantize")
    inside = MemoryRange(Memory.MAIN, "uint8", 0, 3)
    values = {"input": inside, "output": OUTPUT, "zero_point": -5, "scale": 0.5}
    source = MemoryRange(Memory.KPU, "uint8", 576, 96)
    model = Kmodel(
        version=4,
        main_bytes=20,
        outputs=(OUTPUT,),
        nodes=(LAYER, CpuNode(code, values)),
        inputs=(source,),
        input_shapes=((1, 2, 6, 8),),
    )
    content = encode(model)
    assert content[:4] == b"LDMK"
    assert words(content, 4, 9) == (4, 0, 1, 0, 20, 2, 1, 1, 0)
    assert words(content, 40, 4) == (2, 1, 576, 96)
    assert words(content, 56, 4) == (1, 2, 6, 8)
    assert words(content, 72, 4) == (1, 0, 8, 12)
    (first, first_bytes, second, second_bytes) = words(content, 88, 4)
    assert (first, second, second_bytes) == (0x2002, 0x03, 40)
    body = 104
    assert body + first_bytes + second_bytes == len(content)
    assert content[body : body + 24] == struct.pack("<4I2i", 0, 0, 0, 0, 1, 0)
    norms, segments, weights = 256, 512, 768
    assert content[norms : norms + 24] == pack_norms([NORM] * 3)
    assert content[segments : segments + 144] == pack_segments([SEGMENT] * 16)
    assert content[weights : weights + 6] == bytes(range(6))
    assert content[-40:] == struct.pack("<8Iif", 1, 1, 0, 3, 1, 0, 8, 12, -5, 0.5)


def test_version_3_has_the_order_of_the_sdk():
    inside = MemoryRange(Memory.MAIN, "uint8", 4, 3)
    code = code_of(3, "dequantize")
    values = {"flags": 1, "input": 4, "output": 8, "count": 3, "scale": 0.5, "bias": -1.5}
    model = Kmodel(
        version=3,
        main_bytes=20,
        outputs=(OUTPUT,),
        nodes=(replace(LAYER, main_output=inside), CpuNode(code, values)),
        flags=1,
        target=0,
        kpu_first_row=7,
    )
    content = encode(model)
    assert words(content, 0, 7) == (3, 1, 0, 2, 7, 20, 1)
    assert words(content, 28, 2) == (8, 12)
    (first, first_bytes, second, second_bytes) = words(content, 36, 4)
    assert (first, second, second_bytes) == (10240, 12, 24)
    body = 52
    flags, main_start, layer, weights, norms, segments = words(content, body, 6)
    assert (flags, main_start) == (1, 4)
    assert (layer % 8, weights % 128, norms % 128, segments % 256) == (0, 0, 0, 0)
    assert content[weights : weights + 6] == bytes(range(6))
    assert content[norms : norms + 24] == pack_norms([NORM] * 3)
    assert content[segments : segments + 144] == pack_segments([SEGMENT] * 16)
    tail = body + first_bytes
    assert content[tail : tail + 24] == struct.pack("<4I2f", 1, 4, 8, 3, 0.5, -1.5)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Kmodel(5, 0, (), ()), "version 5 cannot be written; allowed are 3 and 4"),
        (Kmodel(4, 0, (), (CpuNode(3, {}),)), "cannot hold this network .'input'"),
        (
            Kmodel(4, 0, (), (replace(LAYER, norms=(BatchNorm(1 << 23, 0, 0),)),)),
            "multiplier is 8388608; allowed are -8388608 to 8388607",
        ),
        (Kmodel(4, 0, (MemoryRange(Memory.MAIN, "uint8", -1, 0),), ()), "do not fit into '4I'"),
        (Kmodel(3, -1, (), ()), "cannot hold this network"),
    ],
)
def test_what_a_version_cannot_hold_is_refused(model, message):
    with pytest.raises(ArtifactError, match=message):
        encode(model)
