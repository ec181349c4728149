"""Every message that a user of the app can meet."""

import os

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from spot_app import save, spot

pytestmark = pytest.mark.toolchain

PROCESSORS = len(os.sched_getaffinity(0))
THREADS = f"expected a number from 1 to {PROCESSORS}, the processors that this program may use"


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    return save(tmp_path_factory.mktemp("photo") / "photo.png", spot(60, 60))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "--source is missing; --help lists the options"),
        (["--sauce", "x"], "unknown argument '--sauce'; --help lists the options"),
        (["--source"], "--source: SOURCE is missing"),
        (["--threads", "0"], f"--threads '0': {THREADS}"),
        (["--threads", "100000"], f"--threads '100000': {THREADS}"),
        (["--repeat", "2x"], "--repeat '2x': expected a number from 1 to 1000000"),
        (["--photos", ""], "--photos '': expected a number from 1 to 1000000"),
        (
            ["--source", "x", "--box", "1,2,3,4", "--boxes", "b.csv"],
            "--box and --boxes cannot be used together",
        ),
    ],
)
def test_wrong_words(app, words, message):
    finished = app.run_bare(*words)
    assert (finished.status, finished.error) == (2, f"error: {message}\n")


def mistaken(finished, *parts):
    """Whether the command line is named as wrong: status 2."""
    return fails(finished, *parts, status=2)


def fails(finished, *parts, status=1):
    assert finished.status == status
    assert finished.lines == []
    assert finished.error.startswith("error: ")
    for part in parts:
        assert part in finished.error
    return True


@pytest.mark.parametrize("box", ["1,2,3", "a,2,3,4", "1,2,3,4,5", ""])
def test_malformed_box(app, photo, box):
    message = f"box '{box}': expected x,y,width,height in pixels, such as 40,32,120,140"
    assert mistaken(app.run("--source", photo, "--box", box), message)


@pytest.mark.parametrize("box", ["200,10,20,20", "-30,-30,30,40", "10,120,5,5"])
def test_box_outside_the_photo(app, photo, tmp_path, box):
    message = f"box {box} is outside this photo of 160 x 120 pixels; give a box that shows part"
    assert mistaken(app.run("--source", photo, "--box", box), f"--box: {photo}: {message}")
    boxes = tmp_path / "boxes.csv"
    boxes.write_text(f"photo.png,{box}\n")
    found = app.run("--source", photo, "--boxes", boxes)
    assert mistaken(found, f"{boxes}: {photo}: {message}")


@pytest.mark.parametrize("box", ["0,0,0,10", "0,0,10,-3", "nan,0,10,10", "0,0,1e9,10"])
def test_impossible_box(app, photo, box):
    assert mistaken(
        app.run("--source", photo, "--box", box),
        "box ",
        "expected x, y, width, height in pixels, width and height at least 1",
    )


def test_missing_picture(app, tmp_path):
    assert mistaken(
        app.run("--source", tmp_path / "none.png"), "none.png: no such file or directory; give one"
    )


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n broken"])
def test_broken_picture(app, tmp_path, content):
    (tmp_path / "broken.png").write_bytes(content)
    assert fails(
        app.run("--source", tmp_path / "broken.png"),
        "broken.png: cannot be read as a picture (",
        "); save it again as PNG, JPEG, BMP or PPM",
    )


def test_truncated_picture(app, photo, tmp_path):
    (tmp_path / "half.png").write_bytes(photo.read_bytes()[:-600])
    assert fails(app.run("--source", tmp_path / "half.png"), "half.png: cannot be read as a")


def test_empty_directory(app, tmp_path):
    (tmp_path / "notes.txt").write_text("no picture")
    assert fails(
        app.run("--source", tmp_path),
        f"{tmp_path}: no picture in this directory (png, jpg, jpeg, bmp, ppm)",
    )


@pytest.mark.parametrize("name", ["raw:", "raw:640:x", "raw:0x4:x", "raw:4x99999:x", "raw:4x4"])
def test_malformed_raw_source(app, name):
    assert mistaken(app.run("--source", name), f"{name}: expected raw:WIDTHxHEIGHT:FILE, such as")


def test_missing_raw_file(app, tmp_path):
    assert mistaken(
        app.run("--source", f"raw:4x4:{tmp_path}/none"), "none: cannot be read (No such"
    )


@pytest.mark.parametrize("size", [0, 47])
def test_raw_frame_that_is_not_whole(app, tmp_path, size):
    (tmp_path / "short.rgb").write_bytes(bytes(size))
    message = f"frame 0 has {size} bytes, an RGB frame of 4 x 4 has 48"
    assert fails(app.run("--source", f"raw:4x4:{tmp_path}/short.rgb"), message)


def test_no_camera(app):
    assert mistaken(
        app.run("--source", "/dev/video99"),
        "/dev/video99: the camera cannot be opened (No such file or directory); ls /dev/video*",
    )


def test_device_that_is_no_camera(app):
    message = "/dev/null: is not a usable camera: choosing a format failed ("
    assert fails(app.run("--source", "/dev/null"), message)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("b.txt", "", "b.txt: boxes are read from .json and .csv files"),
        ("b.json", "[1, 2]", "b.json: expected a table of boxes by photo"),
        ("b.json", '{"photo.png": [1, 2, 3]}', "'photo.png': a box is [x, y, width, height]"),
        ("b.json", '{"photo.png": 3}', "'photo.png': a box is [x, y, width, height]"),
        ("b.json", '{"photo.png": [1, 2, 3, 0]}', "box 1, 2, 3, 0: expected x, y, width"),
        (
            "b.json",
            '{"photo.png": [1, 2, 3, 4]',
            "b.json: not JSON (parse error at line 1, col",
        ),
        ("b.json", '{"photo.png": [1, 2 3, 4]}', "column 21: syntax error while parsing array"),
        ("b.json", '{"photo.png": [1, nan]}', "column 20: syntax error while parsing value"),
        ("b.json", '{"photo.png', "missing closing quote"),
        ("b.json", "[" * 99, "column 100: syntax error while parsing value"),
        ("b.json", "{} x", "expected end of input"),
        (
            "b.json",
            '{"other.png": [1, 2, 3, 4]}',
            "has no box for photo 'photo.png'; give it one, or []",
        ),
        ("b.csv", "photo.png\n", "b.csv: line 1: expected name,x,y,width,height"),
        ("b.csv", "\nphoto.png,1,2,3\n", "b.csv: line 2: box '1,2,3': expected x,y,width"),
        ("b.csv", "photo.png,1,2,3,0\n", "b.csv: line 1: box 1, 2, 3, 0: expected x, y, width"),
    ],
)
def test_bad_boxes(app, photo, tmp_path, name, content, message):
    (tmp_path / name).write_text(content)
    assert fails(app.run("--source", photo, "--boxes", tmp_path / name), message)


def test_missing_boxes(app, photo, tmp_path):
    boxes = tmp_path / "b.json"
    assert mistaken(app.run("--source", photo, "--boxes", boxes), "b.json: no such file; give one")


def test_results_that_cannot_be_written(app, photo, tmp_path):
    none = tmp_path / "none" / "below"
    assert fails(
        app.run("--source", photo, "--overlay", none), f"{none}: cannot create this directory ("
    )
    assert fails(app.run("--source", photo, "--raw-outputs", none), f"{none}: cannot be written")


def test_full_disk(app, photo):
    finished = app.run("--source", photo, "--raw-outputs", "/dev/full")
    assert (finished.status, finished.error) == (1, "error: /dev/full: cannot be written\n")


def test_missing_library(app, photo, tmp_path):
    none = tmp_path / "libonnxruntime.so"
    given = ("--model", app.model, "--source", photo, "--onnxruntime", none)
    assert fails(
        app.run_bare(*given),
        "ONNX Runtime cannot be loaded:",
        f"{none}: cannot open shared object file",
        "Give the library with --onnxruntime FILE or ZOO_ONNXRUNTIME=FILE",
        "pip install onnxruntime brings it",
    )


def test_library_of_something_else(app, photo):
    given = ("--model", app.model, "--source", photo, "--onnxruntime", "libc.so.6")
    message = "libc.so.6: has no function OrtGetApiBase, so it is not ONNX Runtime"
    assert fails(app.run_bare(*given), message)


def test_missing_model(app, photo, tmp_path):
    given = ("--model", tmp_path / "none.onnx", "--onnxruntime", app.runtime_library)
    message = "none.onnx: no such model; --model FILE names it"
    assert mistaken(app.run_bare(*given, "--source", photo), message)


@pytest.mark.parametrize("size", [0, 300])
def test_broken_model(app, photo, tmp_path, size):
    (tmp_path / "m.onnx").write_bytes(app.model.read_bytes()[:size])
    given = (
        "--model",
        tmp_path / "m.onnx",
        "--onnxruntime",
        app.runtime_library,
        "--source",
        photo,
    )
    assert fails(app.run_bare(*given), "m.onnx: cannot be loaded. ONNX Runtime ")


def change(model, edit, path):
    changed = onnx.load(model)
    edit(changed.graph)
    path.write_bytes(changed.SerializeToString())
    return path


def rename_input(graph):
    graph.input[0].name = "photo"
    for node in graph.node:
        node.input[:] = ["photo" if name == "image" else name for name in node.input]


def add_batch(graph):
    graph.input[0].type.tensor_type.shape.dim[0].dim_value = 2


def replace_brightness(graph, *nodes):
    """Let other nodes make the output 'brightness'; its old values are called 'mean'."""
    for node in graph.node:
        node.input[:] = ["mean" if name == "brightness" else name for name in node.input]
        node.output[:] = ["mean" if name == "brightness" else name for name in node.output]
    graph.node.extend(nodes)


def make_integer(graph):
    graph.output[1].type.tensor_type.elem_type = TensorProto.INT32
    cast = helper.make_node("Cast", ["mean"], ["brightness"], to=TensorProto.INT32)
    replace_brightness(graph, cast)


def count_pixels(graph):
    """A row for each pixel that is not black: how many shows only when it runs."""
    graph.initializer.append(numpy_helper.from_array(np.array([0]), "first"))
    replace_brightness(
        graph,
        helper.make_node("NonZero", ["image"], ["places"]),
        helper.make_node("Transpose", ["places"], ["rows"]),
        helper.make_node("Gather", ["rows", "first"], ["numbers"], axis=1),
        helper.make_node("Cast", ["numbers"], ["brightness"], to=TensorProto.FLOAT),
    )


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (
            rename_input,
            "has no float32 input 'image' [3, 16, 16] with a batch of one; it has 'photo' "
            "[N, 3, 16, 16]. This program was made for another model: build the bundle again",
        ),
        (add_batch, "has no float32 input 'image' [3, 16, 16] with a batch of one; it has 'image'"),
        (make_integer, "'brightness' [1, 1] (not float32)"),
        (count_pixels, "output 'brightness' [1] came with "),
    ],
)
def test_model_of_another_contract(app, photo, tmp_path, edit, message):
    model = change(app.model, edit, tmp_path / "m.onnx")
    given = ("--model", model, "--onnxruntime", app.runtime_library, "--source", photo)
    assert fails(app.run_bare(*given), message)
