"""Whatever bytes a file holds, reading it ends in facts or in a clear error."""

import json
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import residual_network
from quantization import quantized

from compilers.schemes import DPU_POW2
from compilers.xmodel.decode import decode
from compilers.xmodel.describe import DESCRIBER
from compilers.xmodel.dpu import Dpu
from compilers.xmodel.encode import encode
from compilers.xmodel.executor import XmodelRun
from compilers.xmodel.lower import lower
from compilers.xmodel.stand_in import as_compiled
from zoo.errors import ArtifactError

LOWERED = lower(quantized(residual_network(), DPU_POW2))
FILES = (encode(LOWERED), encode(as_compiled(LOWERED, Dpu("DPU", 5, "3.5"))))


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A real file, cut off, with bits flipped, with bytes taken out or put in."""
    content = bytearray(draw(st.sampled_from(FILES)))
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
@settings(max_examples=400)
def test_describing_gives_facts_or_a_clear_error(content):
    with suppress(ArtifactError):
        json.dumps(DESCRIBER.describe(content, "file.xmodel"))


@given(damaged())
@settings(max_examples=60)
def test_running_gives_numbers_or_a_clear_error(content):
    feeds = {"image": np.zeros((1, 3, 6, 6), np.float32)}
    with suppress(ArtifactError):
        outputs = XmodelRun(decode(content, "file.xmodel"), "file.xmodel")(feeds)
        assert all(isinstance(values, np.ndarray) for values in outputs.values())


@pytest.mark.parametrize("content", [b"", b"not protobuf", b"\x0a\x03abc", FILES[0][:1000]])
def test_what_is_no_file_of_this_kind_is_told(content):
    with pytest.raises(ArtifactError, match=r"^file\.xmodel: .*not an \.xmodel file, or "):
        decode(content, "file.xmodel")
