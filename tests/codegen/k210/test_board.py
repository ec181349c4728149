"""The firmware's own camera and screen, on functions that take the place of the SDK's."""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from two_outputs import CONTRACT, demand_tools, kpu_request, write_firmware

from codegen.apps.k210 import K210
from zoo import registry
from zoo.contract import Step
from zoo.data.processing import preprocess

pytestmark = pytest.mark.toolchain

HERE = Path(__file__).parent
SDK = "K210_SDK"
BOX = (8.0, 4.0, 3.0, 2.0)


def camera_firmware(folder: Path) -> Path:
    """Build a firmware with the board's sources; its stand-in for the KPU stays."""
    # The network's second output, in pixels of its input, as landmarks.
    landmarks = Step("landmarks", {"output": "first", "count": 3, "normalized": False})
    request = replace(kpu_request(), contract=replace(CONTRACT, post=(landmarks,)))
    source = write_firmware(request, folder / "source")
    for path in (source / "board").glob("*.c"):
        shutil.copy(path, source / "stand_in" / path.name)
    shutil.copy(HERE / "sdk.c", source / "stand_in" / "sdk.c")
    return K210.build(source, folder / "build")


def test_a_picture_goes_from_the_camera_to_the_screen(tmp_path):
    demand_tools()
    program = camera_firmware(tmp_path)
    planes = np.random.default_rng(0).integers(0, 256, (3, 240, 320), np.uint8)
    (tmp_path / "picture.bin").write_bytes(planes.tobytes())
    with K210.toolchain.launcher({}) as words:
        run = subprocess.run([*words, program], cwd=tmp_path, capture_output=True, check=True)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [line["frame"] for line in lines] == [0, 1]
    frame = preprocess(CONTRACT, np.ascontiguousarray(planes.transpose(1, 2, 0)), (0, 0, 320, 240))
    found = np.array(lines[1]["second"], np.float32)
    np.testing.assert_array_equal(found, _second(frame.input_chw, tmp_path))
    _check_screen(planes, lines[1]["landmarks"], tmp_path / "screen.bin")


def _second(input_chw: np.ndarray, folder: Path) -> np.ndarray:
    executor = registry.load("executor", "c")
    run = executor.load(folder / "source" / "stand_in", _facts(folder))
    return run({"image": input_chw[np.newaxis]})["second"][0]


def _facts(folder: Path) -> str:
    content = kpu_request().artifact_files["network.json"]
    (folder / "source" / "stand_in" / "network.json").write_bytes(content)
    return "network.json"


def _check_screen(planes: np.ndarray, landmarks: list[list[float]], file: Path) -> None:
    """Compare the screen with the picture, apart from the yellow dots of the landmarks."""
    red, green, blue = planes.astype(np.uint16)
    wanted = red >> 3 << 11 | green >> 2 << 5 | blue >> 3
    # The second pixel of a word is sent first.
    shown = np.fromfile(file, np.uint16).reshape(240, 160, 2)[:, :, ::-1].reshape(240, 320)
    for x, y in np.floor(np.array(landmarks) + 0.5).astype(int):
        x, y = np.clip((x, y), 0, (319, 239))
        assert shown[y, x] == 0xFFE0
        wanted[y, x : x + 2] = 0xFFE0
    np.testing.assert_array_equal(shown, wanted)


@pytest.mark.parametrize("path", ["board.c", "camera.c", "lcd.c", "kpu_network.cpp"])
def test_it_compiles_with_the_sdk_itself(path, tmp_path):
    """K210_SDK names a checkout of kendryte-standalone-sdk."""
    if SDK not in os.environ:
        pytest.skip(f"{SDK} names no checkout of the SDK")
    demand_tools()
    source = write_firmware(kpu_request(), tmp_path)
    # Of newlib, which Debian's C library is not; sleep.h includes it.
    (source / "machine").mkdir()
    (source / "machine" / "syscall.h").touch()
    file = source / path if path.endswith(".cpp") else source / "board" / path
    headers = [f"-isystem{p}" for p in Path(os.environ[SDK]).glob("lib/*/include")]
    compiler, standard = ("g++", "c++17") if path.endswith(".cpp") else ("gcc", "gnu11")
    words = (f"-std={standard}", "-Wall", "-Wextra", "-Werror", "-DNNCASE_TARGET=k210")
    command = [f"riscv64-linux-gnu-{compiler}", *words, *headers, f"-I{source}", "-c", str(file)]
    subprocess.run([*command, "-o", str(tmp_path / "out.o")], check=True, capture_output=True)
