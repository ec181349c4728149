import numpy as np
import pytest
from PIL import Image

from codegen.app_run import run_app, run_firmware
from zoo.errors import ToolchainError, VerifyError
from zoo.recipe import GoldenInput

RAW = '{"source": "a.png", "outputs": {"y": [1.5, null], "z": [[0.100000001]]}}'
RECORD = '{"source": "a.png", "y": [1.5, null]}'


def program(path, script):
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def picture(tmp_path):
    return GoldenInput("a", tmp_path / "a.png", (1.5, 2.0, 1 / 3, 4.0))


def test_outputs_and_record(tmp_path):
    script = f"""
echo "$@" > {tmp_path}/words
while [ "$1" != --raw-outputs ]; do shift; done
echo '{RAW}' > "$2"
echo '{RECORD}'
"""
    app = program(tmp_path / "app", script)
    run = run_app(app, tmp_path / "m.onnx", picture(tmp_path), ("--threads", "1"))
    assert run.record == {"source": "a.png", "y": [1.5, None]}
    np.testing.assert_array_equal(run.outputs["y"], np.array([1.5, np.nan], np.float32))
    assert run.outputs["z"] == np.full((1, 1), 0.1, np.float32)
    words = (tmp_path / "words").read_text()
    assert f"--source {tmp_path}/a.png --box 1.5,2.0,0.3333333333333333,4.0 --model" in words
    assert f" {tmp_path}/m.onnx --threads 1 " in words


def test_failing_app_is_quoted(tmp_path):
    app = program(tmp_path / "app", "echo 'error: no such model' >&2; exit 1")
    with pytest.raises(VerifyError, match="picture 'a' with status 1: error: no such model"):
        run_app(app, tmp_path / "m.onnx", picture(tmp_path))


def test_program_that_cannot_be_started(tmp_path):
    with pytest.raises(ToolchainError, match=r"app: cannot be started here \(No such file"):
        run_app(tmp_path / "app", tmp_path / "m.onnx", picture(tmp_path))


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("exit 0", "its output is empty; expected a JSON object"),
        ("echo landmarks", "its output has the line 'landmarks'; expected a JSON object"),
        ("echo '[1]'", r"its output has the line '\[1\]'; expected a JSON object"),
        ("echo '{}'", "its output has 1 lines, the file of --raw-outputs 0"),
    ],
)
def test_a_program_without_a_record_is_named(tmp_path, script, message):
    app = program(tmp_path / "app", script)
    with pytest.raises(VerifyError, match=message):
        run_app(app, tmp_path / "m.onnx", picture(tmp_path))


def test_a_record_is_an_object(tmp_path):
    script = f"""while [ "$1" != --raw-outputs ]; do shift; done; echo '{RAW}' > "$2"; echo [1]"""
    app = program(tmp_path / "app", script)
    with pytest.raises(VerifyError, match=r"its output has the line '\[1\]'; expected a JSON"):
        run_app(app, tmp_path / "m.onnx", picture(tmp_path))


FIRMWARE_LINES = """
cat > {folder}/given
echo '{{"frame": 0, "y": 1.5}}'
echo '{{"outputs": {{"y": [1.5]}}}}'
"""


def pictured(tmp_path):
    Image.fromarray(np.arange(18, dtype=np.uint8).reshape(2, 3, 3)).save(tmp_path / "a.png")
    return picture(tmp_path)


def test_a_firmware_gets_box_and_planes_and_prints_two_lines(tmp_path):
    app = program(tmp_path / "app", FIRMWARE_LINES.format(folder=tmp_path))
    (run,) = run_firmware([str(app)], [pictured(tmp_path)])
    assert run.record == {"frame": 0, "y": 1.5}
    np.testing.assert_array_equal(run.outputs["y"], [1.5])
    head, _, planes = (tmp_path / "given").read_bytes().partition(b"\n")
    assert head == b"3 2 1.5 2.0 0.3333333333333333 4.0"
    assert list(planes) == [*range(0, 18, 3), *range(1, 18, 3), *range(2, 18, 3)]


def test_a_firmware_that_leaves_out_a_picture_is_named(tmp_path):
    app = program(tmp_path / "app", FIRMWARE_LINES.format(folder=tmp_path))
    golden = pictured(tmp_path)
    with pytest.raises(VerifyError, match="its output has 2 lines; expected two for each of 2 pic"):
        run_firmware([str(app)], [golden, golden])
