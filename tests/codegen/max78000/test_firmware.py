"""The MAX78000's firmware: its sources, and what it computes on an emulated Cortex-M4F."""

import hashlib
import json

import numpy as np
import pytest
from formatting import misplaced
from max78000_firmware import (
    LABELS,
    compile_board,
    compile_firmware,
    demand_tools,
    message,
    request_of,
    run,
    sums_of,
    written,
)

from codegen.apps.max78000 import MAX78000
from zoo import registry

CNN_C = b"int cnn_start(void)\n{\n  CNN_START; // Allow capture\n  return CNN_OK;\n}\n"
MADE = {
    "ai8x/project/cnn.c": CNN_C,
    "ai8x/project/cnn.h": b"#define CNN_START LED_On(1)\n",
    "ai8x/project/weights.h": b"#define KERNELS {1}\n",
    "ai8x/project/main.c": b"int main(void) { return 0; }\n",
}


def pictures(count: int, channels: int = 3) -> np.ndarray:
    shape = (count, 16, 16, channels)
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def test_is_registered():
    assert registry.load("app", "max78000") is MAX78000


def test_a_contract_without_classes_has_no_firmware():
    files = MAX78000.backend.sources(request_of(post=()))
    assert "network/network.c" in files
    assert not [name for name in files if name.startswith("firmware/")]


def test_a_network_that_ends_in_bytes_has_no_firmware():
    request = request_of()
    facts = json.loads(request.artifact_files[request.artifact_main])
    facts["outputs"][0]["ctype"] = "int8_t"
    changed = request_of(more={request.artifact_main: json.dumps(facts).encode()})
    assert not [n for n in MAX78000.backend.sources(changed) if n.startswith("firmware/")]


def test_stubs_say_that_they_are_stubs(tmp_path):
    stubs = sorted((written(tmp_path, request_of()) / "sdk_stubs").iterdir())
    assert [path.name for path in stubs] == ["board.h", "camera.h", "dma.h", "led.h", "mxc.h"]
    assert all(p.read_text().startswith("// Stub of the SDK's header, from ") for p in stubs)


def test_it_is_laid_out_like_written_by_hand(tmp_path):
    firmware = written(tmp_path, request_of())
    assert misplaced({p for p in firmware.rglob("*") if p.suffix in (".c", ".h")}) == ""


def test_the_accelerators_code_is_the_vendor_tools_without_its_signals():
    files = MAX78000.backend.sources(request_of(more=MADE))
    found = {n for n in files if n.startswith("firmware/accelerator/")}
    assert found == {f"firmware/accelerator/{n}" for n in _ACCELERATOR}
    code = files["firmware/accelerator/cnn.c"]
    assert code == b"int cnn_start(void)\n{\n  return CNN_OK;\n}\n"
    assert not [n for n in files if "ai8x" in n]
    assert files["firmware/accelerator/cnn.h"] == MADE["ai8x/project/cnn.h"]


_ACCELERATOR = ("classifier.c", "cnn.c", "cnn.h", "weights.h")


def test_without_the_vendor_tool_there_is_no_code_for_the_accelerator():
    files = MAX78000.backend.sources(request_of())
    assert "firmware/accelerator/cnn.c" not in files


def test_more_channels_than_the_accelerator_takes_at_once_are_the_processors():
    files = MAX78000.backend.sources(request_of(channels=70, more=MADE))
    assert "firmware/classify/main.c" in files
    assert "firmware/accelerator/cnn.c" not in files


@pytest.mark.toolchain
@pytest.mark.parametrize(
    "source",
    [
        "board/device.c",
        "board/cnn_memory.c",
        "camera/picture.c",
        "uart/picture.c",
        "accelerator/classifier.c",
        "processor/classifier.c",
        "classify/main.c",
        "energy/main.c",
    ],
)
def test_the_boards_sources_compile_without_warnings(source, tmp_path):
    demand_tools()
    compile_board(written(tmp_path, request_of()), source)


@pytest.mark.toolchain
@pytest.mark.parametrize(
    ("runs_on", "channels"), [("processor", 3), ("accelerator", 3), ("accelerator", 13)]
)
def test_it_computes_what_the_accelerator_does(runs_on, channels, tmp_path):
    demand_tools()
    request, pixels = request_of(channels=channels), pictures(5, channels)
    program = compile_firmware(written(tmp_path, request), "classify", "uart", runs_on)
    sent = b"".join(message(picture.tobytes()) for picture in pixels)
    first, *lines = run(program, b"noise PI" + sent)
    digest = hashlib.sha256(request.artifact_files["network_weights.c"]).hexdigest()
    assert first == {"model": "small", "weights_sha256": digest, "runs_on": runs_on}
    # `zoo flash` finds it.
    assert digest.encode() in program.read_bytes()
    wanted = sums_of(request, pixels, tmp_path / "model")
    records = [line for line in lines if "sums" in line]
    np.testing.assert_array_equal([record["sums"] for record in records], wanted)
    assert [record["frame"] for record in records] == list(range(5))
    assert [record["label"] for record in records] == [LABELS[i] for i in wanted.argmax(1)]
    assert {record["inference_us"] for record in records} == {50}
    lights = [line["led"] for line in lines if "led" in line]
    assert lights == list(wanted.argmax(1) > 0)
    signals = [(line["signal"], line["on"]) for line in lines if "signal" in line]
    assert signals == [(1, True), (1, False)] * 5


@pytest.mark.toolchain
def test_damaged_pictures_are_told_and_the_next_one_is_read(tmp_path):
    demand_tools()
    request, pixels = request_of(), pictures(2)
    program = compile_firmware(written(tmp_path, request), "classify", "uart", "processor")
    good = [message(picture.tobytes()) for picture in pixels]
    changed = bytearray(good[0])
    changed[100] ^= 1
    other_size = message(pixels[0].tobytes()[:12], size=12)
    _, *lines = run(program, bytes(changed) + good[0] + other_size + b"PIPICT"[:2] + good[1])
    kinds = [line.get("error", line.get("frame")) for line in lines if {"error", "frame"} & {*line}]
    assert kinds == ["a damaged picture", 0, "a picture of another size", 1]
    wanted = sums_of(request, pixels, tmp_path / "model")
    np.testing.assert_array_equal([line["sums"] for line in lines if "sums" in line], wanted)


@pytest.mark.toolchain
def test_a_picture_that_ends_early_is_not_classified(tmp_path):
    demand_tools()
    program = compile_firmware(written(tmp_path, request_of()), "classify", "uart", "processor")
    (first,) = run(program, message(pictures(1).tobytes())[:-1])
    assert first["runs_on"] == "processor"


@pytest.mark.toolchain
@pytest.mark.parametrize("runs_on", ["processor", "accelerator"])
def test_the_power_monitor_gets_its_signals(runs_on, tmp_path):
    demand_tools()
    program = compile_firmware(written(tmp_path, request_of()), "energy", runs_on)
    *steps, last = run(program)
    on, off = {"signal": 1, "on": True}, {"signal": 1, "on": False}
    phase = [{"pause_ms": 500}, on, off]
    idle = [{"signal": 0, "on": True}, {"pause_ms": 1000}, {"signal": 0, "on": False}]
    assert steps == [*idle, *phase * 3]
    assert last == {"model": "small", "runs_on": runs_on, "repeats": 100, "inference_us": 0}


def test_labels_are_json_in_c():
    text = MAX78000.backend.sources(request_of())["firmware/labels.h"].decode()
    lines = [line.strip(" ,") for line in text.splitlines() if line.startswith("    ")]
    assert lines == [r'"\"nothing\""', r'"\"a \\\"face\\\"\""']
