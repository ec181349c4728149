"""Boxes, masks and classes in records and overlays: a network that looks for colours."""

import subprocess

import numpy as np
import pytest
from made_once import made_once
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from spot_app import TARGET, App, save, write_sources

from codegen.apps.pc import CPP_ONNXRUNTIME as APP
from codegen.cmake_build import cmake_build
from compilers.hub import import_file, write
from zoo.contract import Contract, Step, TensorSpec
from zoo.data.processing import postprocess, preprocess, value_specs
from zoo.data.values import read_values
from zoo.picture import read_picture
from zoo.plugs import AppRequest
from zoo.recipe import GoldenInput

pytestmark = pytest.mark.toolchain

SIZE, STRIDE = 32, 8
GREEN, WHITE = (60, 255, 90), (255, 255, 255)
COLORS = [[0, 0, 0], [0, 200, 0], [40, 80, 255]]
CONTRACT = Contract(
    input=TensorSpec("image", (3, SIZE, SIZE)),
    outputs=(
        TensorSpec("cells", (7, SIZE // STRIDE, SIZE // STRIDE)),
        TensorSpec("maps", (3, SIZE, SIZE)),
        TensorSpec("logits", (3,)),
    ),
    pre=(
        Step("letterbox", {"size": [SIZE, SIZE], "interpolation": "nearest"}),
        Step("normalize", {"mean": [0.0] * 3, "std": [255.0] * 3}),
    ),
    post=(
        Step(
            "boxes",
            {
                "coding": "distances",
                "boxes": ["cells"],
                "channels": "first",
                "box_channel": 1,
                "classes": 1,
                "activation": "sigmoid",
                "strides": [STRIDE],
                "labels": ["red thing"],
                "keypoint_channel": 5,
                "keypoint_count": 1,
            },
        ),
        Step("nms"),
        Step("mask", {"output": "maps", "labels": ["red", "green", "blue"], "colors": COLORS}),
        Step("softmax", {"output": "logits"}),
        Step("top_k", {"count": 2, "labels": ["red", "green", "blue"]}),
    ),
)


def network() -> bytes:
    """Return a network whose boxes are red cells, maps the channels, and logits their means."""
    red = np.zeros((7, 3, STRIDE, STRIDE), np.float32)
    red[0] = np.array([16, -8, -8], np.float32)[:, None, None] / STRIDE**2
    bias = np.array([-8, 0.5, 0.5, 0.5, 0.5, 0.25, -0.25], np.float32)
    constants = {"red": red, "bias": bias}
    nodes = [
        helper.make_node("Conv", ["image", "red", "bias"], ["cells"], strides=[STRIDE, STRIDE]),
        helper.make_node("Relu", ["image"], ["maps"]),
        helper.make_node("GlobalAveragePool", ["image"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["logits"]),
    ]
    inputs, *outputs = (
        helper.make_tensor_value_info(t.name, TensorProto.FLOAT, ["N", *t.shape])
        for t in (CONTRACT.input, *CONTRACT.outputs)
    )
    tensors = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "colours", [inputs], outputs, tensors)
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


@pytest.fixture(scope="module")
def colour_app(cpp_tools, tmp_path_factory):  # noqa: ARG001
    """The app under sanitizers."""

    def make(folder):
        request = AppRequest("colours.drawn", TARGET, CONTRACT, "model.onnx")
        sanitize = "-Werror -fsanitize=address,undefined -fno-sanitize-recover=all"
        options = ("-DCMAKE_BUILD_TYPE=Debug", f"-DCMAKE_CXX_FLAGS={sanitize}")
        cmake_build(write_sources(request, folder / "src"), folder / "build", options)
        (folder / "user.onnx").write_bytes(network())
        (folder / "model.onnx").write_bytes(write(import_file(folder / "user.onnx", {})))

    folder = made_once(tmp_path_factory, "colour_app", make)
    return App(folder / "build" / "app", folder / "model.onnx", APP.libraries()[0].file)


@pytest.fixture
def photo(tmp_path):
    """640 x 320, blue, with a red cell and a green right quarter."""
    pixels = np.full((320, 640, 3), (0, 0, 255), np.uint8)
    pixels[:, 480:] = (0, 255, 0)
    pixels[160:320, 160:320] = (255, 0, 0)  # one cell of the letterboxed input
    return save(tmp_path / "photo.png", pixels)


def drawn(app, photo, folder):
    finished = app.run("--source", photo, "--overlay", folder)
    assert finished.status == 0, finished.error
    with Image.open(folder / "photo.png") as image:
        return finished.lines[0], np.asarray(image.convert("RGB")).astype(int)


def test_the_record_has_what_python_finds(colour_app, photo):
    (run,) = APP.run(
        colour_app.program, colour_app.model, [GoldenInput("p", photo, (0, 0, 640, 320))]
    )
    frame = preprocess(CONTRACT, read_picture(photo))
    expected = postprocess(CONTRACT, run.outputs, frame)
    found = read_values(run.record, value_specs(CONTRACT))
    assert set(found) == set(expected) == {"logits", *value_specs(CONTRACT)}
    assert not {"cells", "maps", "candidate_boxes"} & set(run.record)
    for name, value in expected.items():
        assert found[name].shape == value.shape, name
        if value.dtype.kind == "f":
            np.testing.assert_allclose(found[name], value, rtol=1e-8)
        else:
            np.testing.assert_array_equal(found[name], value)
    np.testing.assert_allclose(found["boxes"], [[160, 160, 160, 160]])
    np.testing.assert_allclose(found["keypoints"], [[[279.5, 199.5]]])
    assert run.record["labels"] == ["red thing"]
    assert run.record["mask_shares"] == pytest.approx([0.125, 0.25, 0.625], abs=1e-3)


def test_the_overlay_shows_them(colour_app, photo, tmp_path):
    record, pixels = drawn(colour_app, photo, tmp_path / "out")
    assert record["top_labels"] == ["green", "blue"] or record["top_labels"][0] == "blue"
    for edge in (pixels[160:316, 160], pixels[160:316, 319]):
        assert (edge == GREEN).all(-1).mean() > 0.7
    assert (pixels[199:201, 279:281] == GREEN).all()  # the key point
    # Inside: red is black, so unchanged; the other classes are half their colour.
    assert pixels[240, 240].tolist() == [255, 0, 0]
    assert np.abs(pixels[100, 600] - [0, 228, 0]).max() <= 1
    assert np.abs(pixels[250, 100] - [20, 40, 255]).max() <= 1
    legend = pixels[3:40, 3:120]
    for color in COLORS[1:]:
        assert (legend == color).all(-1).sum() > 40
    label = pixels[160:185, 160:280]
    assert (label == WHITE).all(-1).sum() > 60
    caption = pixels[280:, :150]  # below the box, which is the whole photo
    assert (caption == WHITE).all(-1).sum() > 60


def test_only_what_the_network_has_is_offered(colour_app, photo):
    words = [colour_app.program, "--help"]
    offered = subprocess.run(words, capture_output=True, encoding="utf-8", check=True).stdout
    assert "--track" not in offered
    assert "--box X,Y,W,H" in offered
    refused = colour_app.run("--source", photo, "--track")
    assert refused.status != 0
    assert "--track: this network finds no landmarks to follow; leave it out" in refused.error
