"""The Python app on stand-ins of the board's modules vart and xir, and the reader of pictures."""

import importlib.util
import json
import subprocess
import sys
import zlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from picture_bytes import exif, png
from PIL import Image
from quantization import NORMALIZE
from spot_app import CONTRACT, TARGET, save, spot

import codegen.python_app
from codegen.python_app import python_sources
from codegen.templates import TEMPLATES
from zoo.contract import Step
from zoo.data.processing import postprocess, preprocess
from zoo.descriptor import Descriptor
from zoo.errors import RecipeError
from zoo.plugs import AppRequest

STAND_IN = '''
"""A stand-in for the board's modules: 136 numbers and one, made of the input's integers."""

import json
from pathlib import Path

import numpy as np


class Tensor:
    def __init__(self, name, dims, fix_point):
        self.name, self.dims, self.fix_point = name, dims, fix_point

    def get_attr(self, name):
        return {"fix_point": self.fix_point}[name]


class Part:
    def __init__(self, device):
        self.device = device

    def has_attr(self, name):
        return name == "device"

    def get_attr(self, name):
        return self.device

    def toposort_child_subgraph(self):
        return [Part(device) for device in self.device]


class Graph:
    @staticmethod
    def deserialize(path):
        graph = Graph()
        graph.devices = json.loads(Path(path).read_text())
        return graph

    def get_root_subgraph(self):
        return Part(self.devices)


class Runner:
    @staticmethod
    def create_runner(part, mode):
        assert (part.device, mode) == ("DPU", "run")
        return Runner()

    def get_input_tensors(self):
        return [Tensor("image_fix", [1, 16, 16, 3], 7)]

    def get_output_tensors(self):
        return [Tensor("sum", [1, 1], 6), Tensor("landmarks_fix", [1, 136], 8)]

    def execute_async(self, inputs, outputs):
        (image,), (brightness, landmarks) = inputs, outputs
        assert image.dtype == np.int8 and image.shape == (1, 16, 16, 3)
        brightness[:] = image.mean().round()
        landmarks[0] = image.ravel()[:136]
        return (7, 0)

    def wait(self, job):
        assert job == (7, 0)
'''


@pytest.fixture
def board(tmp_path):
    """A bundle's folders on a machine with the stand-ins, run by run(...)."""
    contract = CONTRACT.from_json(CONTRACT.to_json())
    pre = (Step("crop", {"scale": 1.25}), Step("resize", {"size": [16, 16]}), NORMALIZE)
    contract = type(contract)(contract.input, contract.outputs, pre, contract.post)
    request = AppRequest("spot", TARGET, contract, "model.xmodel")
    for name, content in python_sources(request).items():
        path = tmp_path / "app" / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for name in ("vart", "xir"):
        (tmp_path / f"{name}.py").write_text(STAND_IN)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.xmodel").write_text('["USER", "DPU", "CPU"]')
    photo = save(tmp_path / "photo.png", spot(60, 50))

    def run(*words):
        program = tmp_path / "app" / "src" / "python" / "app.py"
        # -S: without the installed zoo.  numpy comes from its own folder.
        packages = f"{tmp_path}:{Path(np.__file__).parents[1]}"
        return subprocess.run(
            [sys.executable, "-S", program, "--source", photo, *map(str, words)],
            env={"PYTHONPATH": packages},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    return contract, photo, tmp_path / "model" / "model.xmodel", run


def test_it_computes_what_the_contract_says(board):
    contract, photo, _, run = board
    finished = run("--box", "40,30,40,40")
    assert finished.returncode == 0, finished.stderr
    record = json.loads(finished.stdout)
    with Image.open(photo) as image:
        frame = preprocess(contract, np.asarray(image), (40.0, 30.0, 40.0, 40.0))
    integers = (frame.input_chw * 128).transpose(1, 2, 0)
    outputs = {
        "landmarks": integers.ravel()[:136] / 256,
        "brightness": integers.mean().round().reshape(1) / 64,
    }
    values = postprocess(contract, outputs, frame)
    times = {"latency_ms", "inference_ms"}
    assert set(record) == {"source", "frame", "face", "box", *times, *values}
    assert record["box"] == [40, 30, 40, 40]
    for name, value in values.items():
        np.testing.assert_array_equal(np.array(record[name], np.float64), value)


def test_whole_picture_by_default(board):
    assert json.loads(board[3]().stdout)["box"] == [0, 0, 160, 120]


@pytest.mark.parametrize(
    ("devices", "message"),
    [
        (None, "no such model; sh compile.sh in its directory makes it"),
        ([], "is not compiled, it has no part for the DPU; compile it on a machine with Vitis AI"),
        (["DPU", "DPU"], "has 2 parts for the DPU, this program runs one"),
    ],
)
def test_model_that_cannot_be_run(board, devices, message):
    model, run = board[2:]
    model.unlink()
    if devices is not None:
        model.write_text(json.dumps(devices))
    finished = run()
    assert (finished.returncode, finished.stdout) == (1, "")
    assert f"error: {model}: {message}" in finished.stderr


def test_picture_that_cannot_be_read(board, tmp_path):
    (tmp_path / "photo.png").write_bytes(b"GIF89a")
    finished = board[3]()
    assert finished.returncode == 1
    assert finished.stderr == (
        f"error: {tmp_path}/photo.png: cannot be read as a PNG picture (it does not start with the "
        "PNG signature)\n"
    )


def test_box_outside_the_picture(board):
    _, photo, _, run = board
    for box in ("900,10,20,20", "-30,-30,30,40", "nan,0,10,10"):
        finished = run(f"--box={box}")
        assert (finished.returncode, finished.stdout) == (1, "")
        assert f"error: --box: box {box} shows no part of {photo}\n" == finished.stderr


def test_picture_that_is_not_there(board):
    _, photo, _, run = board
    photo.unlink()
    finished = run()
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.startswith("error: ")
    assert finished.stderr.count("\n") == 1


def test_step_without_source(monkeypatch):
    built_in = Descriptor("crop", "math:floor")
    monkeypatch.setattr(codegen.python_app.registry, "find", lambda kind, name: built_in)  # noqa: ARG005
    contract = type(CONTRACT)(CONTRACT.input, CONTRACT.outputs, (Step("crop"),))
    with pytest.raises(RecipeError, match=r"module math: a contract's step has no Python source"):
        python_sources(AppRequest("spot", TARGET, contract, "model.xmodel"))


def png_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("png", TEMPLATES / "python" / "png.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA"])
def test_pictures_are_read_as_pillow_does(tmp_path, mode):
    photo = np.random.default_rng(0).integers(0, 256, (9, 7, len(mode)), np.uint8)
    Image.fromarray(photo.squeeze()).save(tmp_path / "p.png")
    expected = photo[..., :3] if mode in ("RGB", "RGBA") else np.repeat(photo[..., :1], 3, axis=-1)
    np.testing.assert_array_equal(png_module().read_png(tmp_path / "p.png"), expected)


@pytest.mark.parametrize("kind", range(5))
def test_every_filter_is_undone(tmp_path, kind):
    """Filters as a writer applies them, chapter 9 of the format's document, by plain loops."""
    image = np.random.default_rng(kind).integers(0, 256, (5, 6, 3)).tolist()
    rows = b""
    for y, row in enumerate(image):
        rows += bytes([kind])
        for x, pixel in enumerate(row):
            for c, value in enumerate(pixel):
                a = row[x - 1][c] if x else 0
                b = image[y - 1][x][c] if y else 0
                d = image[y - 1][x - 1][c] if x and y else 0
                estimate = a + b - d
                nearest = min((abs(estimate - v), i, v) for i, v in enumerate((a, b, d)))[2]
                guess = (0, a, b, (a + b) // 2, nearest)[kind]
                rows += bytes([(value - guess) % 256])
    with Image.new("RGB", (6, 5)) as blank:
        blank.save(tmp_path / "p.png")
    (tmp_path / "p.png").write_bytes(with_data((tmp_path / "p.png").read_bytes(), rows))
    np.testing.assert_array_equal(png_module().read_png(tmp_path / "p.png"), image)


def with_data(png: bytes, rows: bytes) -> bytes:
    """Return a PNG file with other pixels."""
    begin = png.index(b"IDAT") - 4
    size = int.from_bytes(png[begin : begin + 4], "big")
    packed = zlib.compress(rows)
    checksum = zlib.crc32(b"IDAT" + packed).to_bytes(4, "big")
    chunk = len(packed).to_bytes(4, "big") + b"IDAT" + packed + checksum
    return png[:begin] + chunk + png[begin + 12 + size :]


def test_deep_pictures_are_refused(tmp_path):
    deep = np.zeros((4, 4), np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    with pytest.raises(ValueError, match="it must have 8 bits per channel, gray or RGB"):
        png_module().read_png(tmp_path / "deep.png")


def test_pictures_are_turned_as_in_the_other_program(tmp_path):
    photo = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    (tmp_path / "p.png").write_bytes(png(photo, 8, 2, (b"eXIf", exif(8))))
    np.testing.assert_array_equal(png_module().read_png(tmp_path / "p.png"), np.rot90(photo))
