"""Values of any length, and labels: from a plugin's step to record, overlay and proof."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_once import made_once
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from seen_anew import see_anew
from spot_app import SIZE, TARGET, App, save, write_sources

from codegen.apps.pc import CPP_ONNXRUNTIME as APP
from codegen.cmake_build import cmake_build
from codegen.python_app import python_sources
from compilers.hub import import_file, write
from zoo.artifact import Exactness
from zoo.contract import Contract, Step, TensorSpec
from zoo.data.processing import postprocess, preprocess, value_specs
from zoo.data.values import read_values
from zoo.errors import VerifyError
from zoo.picture import read_picture
from zoo.plugs import AppRequest
from zoo.proof.proof import Evidence, prove
from zoo.recipe import GoldenInput

pytestmark = pytest.mark.toolchain

TOY = Path(__file__).parents[2] / "plugins" / "zoo_toy"
COUNT = 20
NAMES = ["cat", 'a "dog"', "größer"]
BOX = (20.25, 30.0, 300.0, 160.25)
CONTRACT = Contract(
    input=TensorSpec("image", (3, SIZE, SIZE)),
    outputs=(TensorSpec("scores", (COUNT,)),),
    pre=(
        Step("toy_stretch"),
        Step("resize", {"size": [SIZE, SIZE]}),
        Step("normalize", {"mean": [0.0] * 3, "std": [255.0] * 3}),
    ),
    post=(Step("toy_boxes", {"output": "scores", "names": NAMES}),),
)
REQUEST = AppRequest("rows_tiny.drawn", TARGET, CONTRACT, "model.onnx")
# Gray values, and how many of the scores they put above 0.
ROWS = {0: 0, 13: 1, 255: COUNT}


def network() -> bytes:
    """Return a network whose score k is the mean brightness, 0..1, less (k + 1/2) / COUNT."""
    constants = {
        "mean": np.full((COUNT, 3), 1 / 3, np.float32),
        "levels": (-(np.arange(COUNT) + 0.5) / COUNT).astype(np.float32),
    }
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["pooled"], "pool"),
        helper.make_node("Flatten", ["pooled"], ["colours"], "flatten"),
        helper.make_node("Gemm", ["colours", "mean", "levels"], ["scores"], "score", transB=1),
    ]
    floats = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "rows",
        [helper.make_tensor_value_info("image", floats, ["N", 3, SIZE, SIZE])],
        [helper.make_tensor_value_info("scores", floats, ["N", COUNT])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


@pytest.fixture(scope="module", autouse=True)
def _toy(tmp_path_factory):
    """zoo-toy, as if it were installed."""
    info = tmp_path_factory.mktemp("site") / "zoo_toy-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: zoo-toy\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[zoo]\ntoy = zoo_toy.plugin\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(TOY)
        patch.syspath_prepend(info.parent)
        see_anew()
        yield
    see_anew()


@pytest.fixture(scope="module")
def rows_app(cpp_tools, tmp_path_factory):  # noqa: ARG001
    """The app under sanitizers."""

    def make(folder):
        sanitize = "-Werror -fsanitize=address,undefined -fno-sanitize-recover=all"
        options = ("-DCMAKE_BUILD_TYPE=Debug", f"-DCMAKE_CXX_FLAGS={sanitize}")
        cmake_build(write_sources(REQUEST, folder / "src"), folder / "build", options)
        (folder / "user.onnx").write_bytes(network())
        (folder / "model.onnx").write_bytes(write(import_file(folder / "user.onnx", {})))

    folder = made_once(tmp_path_factory, "rows_app", make)
    return App(folder / "build" / "app", folder / "model.onnx", APP.libraries()[0].file)


@pytest.fixture
def photos(tmp_path):
    """A photo for each number of rows."""
    return {
        rows: save(tmp_path / f"{rows}.png", np.full((300, 400, 3), gray, np.uint8))
        for gray, rows in ROWS.items()
    }


def look(app, photo):
    """Return what Python makes of the app's own outputs, and what the app recorded."""
    (run,) = APP.run(app.program, app.model, [GoldenInput("photo", photo, BOX)])
    frame = preprocess(CONTRACT, read_picture(photo), BOX)
    return postprocess(CONTRACT, run.outputs, frame), run.record


@pytest.mark.parametrize("rows", ROWS.values())
def test_python_and_the_app_find_the_same_rows(rows_app, photos, rows):
    values, record = look(rows_app, photos[rows])
    read = read_values(record, value_specs(CONTRACT))
    assert values["boxes"].shape == read["boxes"].shape == (rows, 4)
    np.testing.assert_allclose(read["boxes"], values["boxes"], rtol=1e-8)
    np.testing.assert_array_equal(read["scores"], values["scores"])
    assert record["labels"] == [NAMES[i % 3] for i in range(rows)]
    assert read["labels"].tolist() == values["labels"].tolist() == record["labels"]
    assert record["columns"] == read["columns"].tolist() == list(range(rows))
    assert read["columns"].dtype == np.int64


def test_boxes_lie_in_the_stretched_region(rows_app, photos):
    _, record = look(rows_app, photos[COUNT])
    x, y, width, height = BOX
    expected = [[x + i * width / COUNT, y, width / COUNT, height] for i in range(COUNT)]
    np.testing.assert_allclose(record["boxes"], expected, rtol=1e-8)


def test_no_rows_are_an_empty_list(rows_app, photos):
    _, record = look(rows_app, photos[0])
    assert (record["boxes"], record["labels"], record["columns"]) == ([], [], [])


PYTHON_APP = """
import json, sys, types
sys.modules["vart"] = sys.modules["xir"] = types.ModuleType("absent")
import numpy as np
from app import _json
from contract import postprocess, preprocess
scores = np.array(json.loads(sys.argv[1]), np.float32)
frame = preprocess(np.zeros((300, 400, 3), np.uint8), tuple(json.loads(sys.argv[2])))
values = postprocess({"scores": scores}, frame)
print(json.dumps({name: _json(value) for name, value in values.items()}))
"""


@pytest.mark.parametrize("rows", ROWS.values())
def test_the_python_app_writes_the_same_rows(tmp_path, rows):
    for name, content in python_sources(REQUEST).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    scores = (rows - 0.5 - np.arange(COUNT)).astype(np.float32)
    packages = f"{tmp_path / 'python'}:{Path(np.__file__).parents[1]}"
    finished = subprocess.run(
        [sys.executable, "-S", "-c", PYTHON_APP, json.dumps(scores.tolist()), json.dumps(BOX)],
        env={"PYTHONPATH": packages},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    frame = preprocess(CONTRACT, np.zeros((300, 400, 3), np.uint8), BOX)
    values = postprocess(CONTRACT, {"scores": scores}, frame)
    written = json.loads(finished.stdout)
    assert written == {name: value.tolist() for name, value in values.items()}
    assert len(written["boxes"]) == rows
    assert all(type(column) is int for column in written["columns"])


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


@pytest.mark.parametrize("rows", ROWS.values())
def test_the_overlay_shows_each_box(rows_app, photos, tmp_path, rows):
    words = ("--source", photos[rows], "--box", ",".join(map(str, BOX)))
    finished = rows_app.run(*words, "--overlay", tmp_path / "out")
    assert finished.status == 0, finished.error
    drawn = pixels(tmp_path / "out" / photos[rows].name)
    green = (drawn == (60, 255, 90)).all(-1)
    assert green.any() == (rows > 0)
    for x, _, width, height in finished.lines[0]["boxes"]:
        left, right, bottom = round(x), round(x) + round(width) - 1, 30 + round(height) - 1
        assert green[60:bottom, [left, right]].mean() > 0.9, x  # labels may lie over the rest
        assert green[bottom, left : right + 1].all(), x
    if rows == 1:  # white letters of its label
        assert (drawn[30:60, 20:80] == 255).all(-1).sum() > 10


def evidence(app, photos):
    return Evidence(
        contract=CONTRACT,
        golden=[GoldenInput(str(rows), photo, BOX) for rows, photo in photos.items()],
        float_hub=app.model,
        hub=app.model,
        folder=app.model.parent,
        main=app.model.name,
        exactness=Exactness(1e-4, "relative", "float32 sums in another order"),
        executor="onnxruntime",
        app="cpp-onnxruntime",
        program=app.program,
        is_quantized=False,
        quantization_bound=0.0,
    )


def test_the_proof_keeps_shapes(rows_app, photos):
    proof = prove(evidence(rows_app, photos))
    assert [check.state for check in proof.checks] == ["holds"] * len(proof.checks)
    last = proof.checks[-1]
    numbers = sum(rows * 5 for rows in photos) + COUNT * len(photos)
    assert (last.step, last.values) == ("post-processing -> app's record", numbers)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"boxes": []},
            r"'boxes' has shape \[0, 4\], expected shape \[1, 4\], for input 2 of 3",
        ),
        ({"labels": ["dog"]}, r"'labels' is \['dog'\], expected \['cat'\], for input 2 of 3"),
        ({"boxes": [[1, 2, 3]]}, r"value 'boxes': found a list of 3; expected a list of 4"),
        ({"columns": [0.5]}, r"value 'columns': found 0.5; the contract states int64 \[N\]"),
    ],
)
def test_an_app_with_other_rows_is_told(rows_app, photos, monkeypatch, change, message):
    run = APP.run

    def changed(*words):
        first, second, third = run(*words)
        return first, replace(second, record={**second.record, **change}), third

    monkeypatch.setattr(type(APP), "run", lambda _, *words: changed(*words))
    with pytest.raises(VerifyError, match=message):
        prove(evidence(rows_app, photos))
