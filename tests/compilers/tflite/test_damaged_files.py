"""Whatever bytes a file holds, reading it ends in facts or in a clear error."""

import json
import struct
from contextlib import suppress
from dataclasses import replace

import flatbuffers
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import residual_network
from quantization import quantized
from tflite_files import to_tflite

from compilers.schemes import W8A8_ASYM
from compilers.tflite.decode import decode
from compilers.tflite.describe import DESCRIBER
from compilers.tflite.encode import encode
from compilers.tflite.lower import lower
from compilers.tflite.tflite import TfliteModel
from zoo.errors import ArtifactError

MODEL = lower(quantized(residual_network(), W8A8_ASYM))
FILES = (encode(MODEL), to_tflite(residual_network()).files["model.tflite"])


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A real file, cut off, with bits flipped, offsets changed, bytes taken out or put in."""
    content = bytearray(draw(st.sampled_from(FILES)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(content) - 1))
        match draw(st.sampled_from(("flip", "offset", "cut", "remove", "insert"))):
            case "flip":
                content[place] ^= 1 << draw(st.integers(0, 7))
            case "offset":
                content[place : place + 4] = struct.pack("<I", draw(st.integers(0, 2**32 - 1)))
            case "cut":
                del content[max(place, 1) :]
            case "remove":
                del content[place : place + draw(st.integers(1, 40))]
            case "insert":
                content[place:place] = draw(st.binary(max_size=20))
        content = content or bytearray(b"\0")
    return bytes(content)


@given(damaged() | st.binary(max_size=200).map(lambda tail: b"\x10\0\0\0TFL3" + tail))
@settings(max_examples=400)
def test_describing_gives_facts_or_a_clear_error(content):
    with suppress(ArtifactError):
        json.dumps(DESCRIBER.describe(content, "file.tflite"))


@pytest.mark.parametrize("content", [b"", b"TFL", b"no such file", *(f[:900] for f in FILES)])
def test_what_is_no_file_of_this_kind_is_told(content):
    with pytest.raises(
        ArtifactError,
        match=r"^file\.tflite: not a \.tflite file, or a damaged one \(.*\); build or convert "
        r"it again$",
    ):
        decode(content, "file.tflite")


def _with_tensor(**changes: object) -> TfliteModel:
    """Return the model with its first constant weight changed."""
    index = next(i for i, tensor in enumerate(MODEL.tensors) if tensor.dtype == "int8" and i > 1)
    changed = replace(MODEL.tensors[index], **changes)
    return replace(MODEL, tensors=(*MODEL.tensors[:index], changed, *MODEL.tensors[index + 1 :]))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            _with_tensor(shape=(7, 3, 3, 3), data=np.zeros(5, np.int8), grid=None),
            r"constant '.*' \[7, 3, 3, 3\] INT8 has 5 bytes",
        ),
        (_with_tensor(shape=(108,)), r"tensor '.*' \[108\] has 4 scales on axis 0"),
        (replace(MODEL, inputs=(4000,)), r"tensor 4000 does not exist; there are \d+"),
    ],
    ids=["size", "scales", "index"],
)
def test_contradictions_are_told(model, message):
    with pytest.raises(ArtifactError, match=message):
        decode(encode(model), "file.tflite")


def offsets(builder, items):
    builder.StartVector(4, len(items), 4)
    for item in items:
        builder.PrependUOffsetTRelative(item)
    return builder.EndVector()


def table(builder, **fields):
    builder.StartObject(8)
    for field, offset in fields.items():
        builder.PrependUOffsetTRelativeSlot(int(field[1:]), offset, 0)
    return builder.EndObject()


def test_many_pointers_to_one_long_name():
    """100,000 tensors of a file of 0.5 MB, whose names would take 10 GB."""
    builder = flatbuffers.Builder(0)
    name = builder.CreateString("n" * 100_000)
    tensor = table(builder, f3=name)
    main = table(builder, f0=offsets(builder, [tensor] * 100_000))
    subgraphs = offsets(builder, [main])
    builder.StartObject(8)
    builder.PrependUint32Slot(0, 3, 0)
    builder.PrependUOffsetTRelativeSlot(2, subgraphs, 0)
    builder.Finish(builder.EndObject(), b"TFL3")
    with pytest.raises(ArtifactError, match="its vectors overlap so often that they exceed the f"):
        decode(bytes(builder.Output()), "a.tflite")
