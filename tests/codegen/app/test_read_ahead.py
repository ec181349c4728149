"""The next photo is read while the last one is looked at: what a user sees is the same."""

import subprocess

import pytest
from processes import run_beside
from spot_app import save, spot

pytestmark = pytest.mark.toolchain


def test_frames_that_break_off_end_the_run_after_the_ones_before(app, tmp_path):
    frame = spot(50, 60).tobytes()
    (tmp_path / "frames.rgb").write_bytes(frame + frame[:-1])
    finished = app.run("--source", f"raw:160x120:{tmp_path}/frames.rgb")
    assert finished.status == 1
    assert [line["frame"] for line in finished.lines] == [0]
    assert "frame 1 has 57599 bytes, an RGB frame of 160 x 120 has 57600" in finished.error


def test_nothing_is_read_beyond_the_wanted_photos(app):
    """A pipe that stays open without another frame does not keep the program."""
    words = ["--model", app.model, "--onnxruntime", app.runtime_library, "--photos", "1"]
    command = [app.program, *words, "--source", "raw:160x120:-"]
    with run_beside(command, env={}, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        running.stdin.write(spot(50, 60).tobytes())
        running.stdin.flush()
        assert running.wait() == 0
        assert running.stdout.read().count(b"landmarks") == 1


def test_watts_and_frames_per_joule(app, tmp_path):
    photo = save(tmp_path / "a.png", spot(50, 60))
    (tmp_path / "power1_input").write_text("2500000\n")
    finished = app.run(
        "--source", photo, "--repeat", 3, "--json", "--power", tmp_path / "power1_input"
    )
    summary = finished.lines[-1]["summary"]
    assert summary["watts"] == 2.5
    expected = summary["frames_per_second"] / 2.5
    assert summary["frames_per_joule"] == pytest.approx(expected, rel=1e-6)
    text = app.run("--source", photo, "--power", tmp_path / "power1_input").error
    assert "; 2.50 W, " in text
    assert "frames/s per watt" in text


def test_no_power_by_default(app, tmp_path):
    photo = save(tmp_path / "a.png", spot(50, 60))
    assert "watts" not in app.run("--source", photo, "--json").lines[-1]["summary"]


def test_sensor_that_measures_nothing(app, tmp_path):
    photo = save(tmp_path / "a.png", spot(50, 60))
    finished = app.run("--source", photo, "--power", tmp_path / "none")
    assert finished.status == 1
    assert finished.error == (
        f"error: --power: {tmp_path}/none: holds no number; name a file that holds microwatts, "
        "such as a power1_input of /sys/class/hwmon\n"
    )
