import subprocess
from pathlib import Path

import numpy as np
import pytest
from made_once import made_once
from spot_app import save

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
    finished = app.run("--source", "/dev/video7", environment=camera)
    assert finished.status == 1
    assert len(finished.lines) == 3
    assert "/dev/video7: is not a usable camera: waiting for a frame failed (No such device)" in (
        finished.error
    )


def test_camera_without_yuyv(app, camera):
    environment = {**camera, "CAMERA_MJPG": "1"}
    finished = app.run("--source", "/dev/video7", environment=environment)
    assert finished.status == 1
    assert "/dev/video7: this camera delivers no YUYV; v4l2-ctl --list-formats" in finished.error


def test_camera_with_too_small_buffers(app, camera):
    environment = {**camera, "CAMERA_SMALL": "1"}
    finished = app.run("--source", "/dev/video7", environment=environment)
    assert finished.status == 1
    assert "/dev/video7: its buffers are smaller than its frames" in finished.error
