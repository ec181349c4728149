import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest
from made_once import made_once
from processes import run_beside
from spot_app import save, spot

pytestmark = pytest.mark.toolchain
SOURCE = Path(__file__).with_name("fake_camera.c")


@pytest.fixture(scope="module")
def camera(cpp_tools, tmp_path_factory):  # noqa: ARG001
    """Return the environment in which /dev/video7 is a camera."""

    def make(folder):
        library = ["-shared", "-fPIC", "-o", folder / "fake_camera.so"]
        subprocess.run(["gcc", "-Wall", "-Wextra", SOURCE, *library, "-ldl"], check=True)

    folder = made_once(tmp_path_factory, "fake_camera", make)
    return {
        "LD_PRELOAD": str(folder / "fake_camera.so"),
        "ASAN_OPTIONS": "verify_asan_link_order=0",
    }


def frame(index):
    """RGB of the fake camera's frame by BT.601: Y of 16..235, U and V around 128."""
    rows, columns = np.mgrid[:48, :64]
    byte = lambda offset: (3 * rows + 4 * (columns // 2) + offset + 4 * index) % 256  # noqa: E731
    luma = 298 * (np.where(columns % 2, byte(2), byte(0)) - 16)
    u, v = byte(1) - 128, byte(3) - 128
    rgb = np.stack([luma + 409 * v, luma - 100 * u - 208 * v, luma + 516 * u], axis=-1)
    # C++ rounds negative quotients towards zero; they are clamped to zero either way.
    return ((rgb + 128) // 256).clip(0, 255).astype(np.uint8)


def test_frames_equal_pictures_of_them(app, camera, tmp_path):
    finished = app.run("--source", "/dev/video7", "--photos", 3, environment=camera)
    assert finished.status == 0, finished.error
    assert [line["frame"] for line in finished.lines] == [0, 1, 2]
    for line in finished.lines:
        picture = save(tmp_path / "frame.png", frame(line["frame"]))
        (of_picture,) = app.run("--source", picture).lines
        assert line["landmarks"] == of_picture["landmarks"]
        assert line["box"] == [0, 0, 64, 48]


def test_frames_have_the_time_when_they_were_taken(app, camera):
    words = ("--source", "/dev/video7", "--photos", 3)
    driver = app.run(*words, environment={**camera, "CAMERA_CLOCK": "1"}).lines
    assert [line["time_s"] for line in driver] == [0, 0.25, 0.5]
    # A driver without a clock of this kind: when they arrived.
    times = [line["time_s"] for line in app.run(*words, environment=camera).lines]
    assert times[0] == 0
    assert 0 < times[1] < times[2]


def test_a_cameras_time_precedes_a_stated_rate(app, camera):
    words = ("--source", "/dev/video7", "--photos", 2, "--frame-rate", 100)
    lines = app.run(*words, environment={**camera, "CAMERA_CLOCK": "1"}).lines
    assert [line["time_s"] for line in lines] == [0, 0.25]


def test_camera_that_is_pulled_out(app, camera):
    words = ("--source", "/dev/video7", "--camera-timeout", 0.5)
    finished = app.run(*words, environment=camera)
    assert finished.status == 1
    assert len(finished.lines) == 3
    assert finished.error.splitlines() == [
        "warning: /dev/video7: No such device; waiting for it",
        "error: /dev/video7: has delivered nothing for 0.5 s (No such device); check its cable, or "
        "allow more --camera-timeout",
    ]


def test_camera_that_is_plugged_in_again(app, camera):
    environment = {**camera, "CAMERA_FAULT": "returns", "CAMERA_CLOCK": "1"}
    finished = app.run("--source", "/dev/video7", "--photos", 6, environment=environment)
    assert finished.status == 0, finished.error
    assert [line["frame"] for line in finished.lines] == [0, 1, 2, 3, 4, 5]
    assert [line["time_s"] for line in finished.lines] == [0, 0.25, 0.5, 0.75, 1, 1.25]
    assert "warning: /dev/video7: No such device; waiting for it\n" in finished.error
    assert "warning: /dev/video7: is back\n" in finished.error


@pytest.mark.parametrize(("fault", "skipped"), [("eio", 3), ("short", 1), ("marked", 1)])
def test_broken_frames_are_skipped_and_counted(app, camera, fault, skipped):
    environment = {**camera, "CAMERA_FAULT": fault, "CAMERA_CLOCK": "1"}
    words = ("--source", "/dev/video7", "--photos", 2)
    finished = app.run(*words, "--json", environment=environment)
    assert finished.status == 0, finished.error
    first, second, last = finished.lines
    assert (first["frame"], second["frame"]) == (0, 1)
    assert second["time_s"] == (0.25 if fault == "eio" else 0.5)
    assert last["summary"]["skipped"] == skipped
    text = app.run(*words, environment=environment).error
    assert f" frames/s, {skipped} skipped; a face: " in text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_silent_camera_is_left_at_once(app, camera, number):
    words = ["--model", app.model, "--onnxruntime", app.runtime_library]
    command = [app.program, *words, "--source", "/dev/video7"]
    with run_beside(command, env={**camera, "CAMERA_FAULT": "silent"}) as running:
        assert b"landmarks" in running.stdout.readline()
        running.send_signal(number)
        # Without the signal it would wait for 30 s and fail.
        assert running.wait() == 0
        assert b": 1 frame, 1 face in " in running.stderr.read()


def test_a_silent_camera_is_no_endless_wait(app, camera):
    environment = {**camera, "CAMERA_FAULT": "silent"}
    words = ("--source", "/dev/video7", "--camera-timeout", 0.3)
    finished = app.run(*words, environment=environment)
    assert finished.status == 1
    message = "/dev/video7: has delivered nothing for 0.3 s (no frame arrives); check its cable"
    assert message in finished.error


def without_tables(jpeg):
    """Return a picture as webcams send it in MJPG: without its Huffman tables."""
    place, kept = 2, jpeg[:2]
    while jpeg[place + 1] != 0xDA:
        size = 2 + int.from_bytes(jpeg[place + 2 : place + 4], "big")
        kept += b"" if jpeg[place + 1] == 0xC4 else jpeg[place : place + size]
        place += size
    return kept + jpeg[place:]


@pytest.mark.parametrize("change", [bytes, without_tables])
def test_frames_in_mjpg_equal_pictures_of_them(app, camera, tmp_path, change):
    picture = save(tmp_path / "picture.jpg", spot(30, 20, 48, 64))
    sent = tmp_path / "sent"
    sent.write_bytes(change(picture.read_bytes()))
    assert (b"\xff\xc4" in sent.read_bytes()) == (change is bytes)
    environment = {**camera, "CAMERA_JPEG": str(sent)}
    finished = app.run("--source", "/dev/video7", "--photos", 1, environment=environment)
    assert finished.status == 0, finished.error
    (of_picture,) = app.run("--source", picture).lines
    assert finished.lines[0]["landmarks"] == of_picture["landmarks"]


@pytest.mark.parametrize("content", [b"\xff\xd8", b"\xff\xd8\xff\xe0", b"x"])
def test_frames_that_are_no_jpeg_are_broken(app, camera, tmp_path, content):
    (tmp_path / "sent").write_bytes(content)
    environment = {**camera, "CAMERA_JPEG": str(tmp_path / "sent")}
    words = ("--source", "/dev/video7", "--camera-timeout", 0.3)
    finished = app.run(*words, environment=environment)
    assert (finished.status, finished.lines) == (1, [])
    assert "/dev/video7: has delivered nothing for 0.3 s (" in finished.error


def test_camera_without_a_format_that_is_known(app, camera):
    environment = {**camera, "CAMERA_FAULT": "gray"}
    finished = app.run("--source", "/dev/video7", environment=environment)
    assert finished.status == 1
    message = "/dev/video7: this camera delivers neither YUYV nor MJPG; v4l2-ctl --list-formats"
    assert message in finished.error


def test_camera_with_too_small_buffers(app, camera):
    environment = {**camera, "CAMERA_FAULT": "small"}
    finished = app.run("--source", "/dev/video7", environment=environment)
    assert finished.status == 1
    assert "/dev/video7: its buffers are smaller than its frames" in finished.error
