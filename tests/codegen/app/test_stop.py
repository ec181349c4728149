"""SIGINT and SIGTERM end a program though nothing arrives."""

import json
import os
import signal
import subprocess

import pytest
from processes import run_beside, wait_for_file
from spot_app import spot

pytestmark = pytest.mark.toolchain
FRAME = spot(50, 60).tobytes()


def start(app, source, **keywords):
    words = ["--model", app.model, "--onnxruntime", app.runtime_library]
    return run_beside([app.program, *words, "--source", source], env={}, **keywords)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("rest", [b"", FRAME[:-1]])
def test_a_pipe_that_delivers_no_more(app, number, rest):
    with start(app, "raw:160x120:-", stdin=subprocess.PIPE) as running:
        running.stdin.write(FRAME + rest)
        running.stdin.flush()
        assert json.loads(running.stdout.readline())["frame"] == 0
        running.send_signal(number)
        assert running.wait() == 0
        assert running.stdout.read() == b""
        assert b"spot_tiny.drawn: 1 frame, 1 face in " in running.stderr.read()


@pytest.mark.parametrize("source", ["raw:160x120:{pipe}", "{pipe}"])
def test_a_named_pipe_without_a_writer(app, tmp_path, source):
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    with start(app, source.format(pipe=pipe)) as running:
        wait_for_file(running.pid, pipe)
        running.send_signal(signal.SIGTERM)
        assert running.wait() == 0
        assert running.stdout.read() == b""


def test_a_picture_and_frames_by_a_named_pipe(app, tmp_path):
    pipe = tmp_path / "frames"
    os.mkfifo(pipe)
    with start(app, f"raw:160x120:{pipe}") as running:
        pipe.write_bytes(FRAME + FRAME)
        assert running.wait() == 0
        assert running.stdout.read().count(b"landmarks") == 2
