"""Whatever a .tflite file holds, importing it ends in a Graph or in a clear error."""

import struct
from contextlib import suppress

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import residual_network
from quantization import quantized
from tflite_cases import CASES
from tflite_files import to_tflite

from compilers.schemes import W8A8_ASYM
from compilers.tflite.decode import decode
from compilers.tflite.user_file.to_onnx import to_onnx
from zoo.errors import ZooError

FILES = (
    to_tflite(residual_network()).files["model.tflite"],
    to_tflite(quantized(residual_network(), W8A8_ASYM)).files["model.tflite"],
    *(case.content for case in CASES.values()),
)


def translate(content: bytes) -> None:
    """Translate; the message of an error begins with the file."""
    try:
        to_onnx(decode(content, "net.tflite"), "net.tflite")
    except ZooError as error:
        if not str(error).startswith("net.tflite: "):
            raise AssertionError(f"the file is not named: {error}") from error


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A real file, cut off, with bits flipped, or with other numbers in places of offsets."""
    content = bytearray(draw(st.sampled_from(FILES)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(len(content) - 4, 0)))
        match draw(st.sampled_from(("flip", "number", "cut"))):
            case "flip":
                content[place] ^= 1 << draw(st.integers(0, 7))
            case "number":
                number = draw(st.sampled_from((-(2**31), -5, -1, 0, 1, 2, 3, 7, 2**31 - 1)))
                content[place : place + 4] = struct.pack("<i", number)
            case "cut":
                del content[max(place, 8) :]
    return bytes(content)


@given(damaged())
@settings(max_examples=300, deadline=None)
def test_damaged_files_end_in_a_model_or_a_clear_error(content):
    translate(content)


@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_other_numbers_in_valid_files(data):
    """Valid flatbuffers, but other shapes, options, indices and constants than the op had."""
    from compilers.tflite.schema import new_builder, schema

    content = CASES[data.draw(st.sampled_from(sorted(CASES)))].content
    model = schema().ModelT.InitFromObj(schema().Model.GetRootAs(content))
    graph = model.subgraphs[0]
    numbers = st.sampled_from((-(2**31), -5, -1, 0, 1, 2, 3, 7, 2**31 - 1))
    match data.draw(st.sampled_from(("shape", "option", "index", "constant"))):
        case "shape":
            tensor = data.draw(st.sampled_from(graph.tensors))
            tensor.shape = np.array(data.draw(st.lists(numbers, max_size=5)), np.int32)
        case "option":
            options = graph.operators[0].builtinOptions
            for name in sorted(vars(options)) if options else ():
                if isinstance(getattr(options, name), int):
                    setattr(options, name, data.draw(st.integers(0, 100)))
        case "index":
            inputs = graph.operators[0].inputs = graph.operators[0].inputs.copy()
            inputs[data.draw(st.integers(0, len(inputs) - 1))] = data.draw(
                st.integers(-1, len(graph.tensors) - 1)
            )
        case "constant":
            held = [buffer for buffer in model.buffers if buffer.data is not None]
            if held:
                chosen = data.draw(st.sampled_from(held))
                chosen.data = chosen.data ^ np.uint8(data.draw(st.integers(0, 255)))
    builder = new_builder()
    with suppress(Exception):  # what the writer itself cannot write
        builder.Finish(model.Pack(builder), b"TFL3")
        content = bytes(builder.Output())
    translate(content)
