"""A tiny network that finds a bright spot, its contract, and the app made of them."""

import json
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from codegen.apps.pc import CPP_ONNXRUNTIME as APP
from recipes.shelf.drowsiness import drowsiness
from zoo.contract import Contract, Step, TensorSpec
from zoo.plugs import AppRequest
from zoo.target import Target

SIZE = 16
FACE = [
    [-68.0, -68.0, -44.0],
    [68.0, -68.0, -44.0],
    [-53.0, -55.0, -40.0],
    [-18.0, -54.0, -44.0],
    [18.0, -54.0, -44.0],
    [53.0, -55.0, -40.0],
    [-20.0, -14.0, -62.0],
    [20.0, -14.0, -62.0],
    [-28.0, 21.0, -50.0],
    [28.0, 21.0, -50.0],
    [0.0, 74.0, -41.0],
]
POSE = {"points": [17, 26, 36, 39, 42, 45, 31, 35, 48, 54, 8], "face": FACE}
TARGET = Target(
    name="pc",
    summary="a PC",
    compiler="onnx",
    executor="onnxruntime",
    app="cpp-onnxruntime",
    schemes={"none": "float32"},
)
CONTRACT = Contract(
    input=TensorSpec("image", (3, SIZE, SIZE)),
    outputs=(TensorSpec("landmarks", (136,)), TensorSpec("brightness", (1,))),
    pre=(
        Step("crop", {"scale": 1.25}),
        Step("resize", {"size": [SIZE, SIZE]}),
        Step("normalize", {"mean": [0.0] * 3, "std": [255.0] * 3}),
    ),
    post=(
        Step("landmarks", {"count": 68}),
        Step("aspect_ratios", {"layout": "ibug68"}),
        Step("head_pose", POSE),
    ),
)

REQUEST = AppRequest("spot_tiny.drawn", TARGET, CONTRACT, "model.onnx")
TRACK = (
    *drowsiness(closed=0.6),
    Step(
        "interval",
        {
            "event": "bright",
            "value": "brightness",
            "when": "above",
            "limits": [0.01, 0.01],
            "sure": 0.02,
        },
    ),
)
WATCHED = replace(REQUEST, contract=replace(CONTRACT, track=TRACK))
"""The same, with steps over time."""


TEMPLATE = np.concatenate(
    [np.random.default_rng(0).uniform(-0.4, 0.4, (66, 2)), [[-0.4, -0.4], [0.4, 0.4]]]
)
"""68 places around an object's middle, in sides of the region."""


def network(path: Path) -> Path:
    """Write a network whose 68 landmarks are spread around the centroid of brightness.

    landmarks = template + centroid, brightness = mean of all pixels. The template spans 0.8 of
    the region, so that 1.25 times its box is a region of the same size.
    """
    places = (np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE
    constants = {
        "x": np.broadcast_to(places, (1, 3, SIZE, SIZE)),
        "y": np.broadcast_to(places[:, None], (1, 3, SIZE, SIZE)),
        "template": TEMPLATE.astype(np.float32).reshape(1, 136),
        "pairs": np.array([1, 68], np.int64),
        "axes": np.array([1, 2, 3], np.int64),
        "flat": np.array([1, 1], np.int64),
    }
    nodes = [
        helper.make_node("Mul", ["image", "x"], ["image_x"]),
        helper.make_node("Mul", ["image", "y"], ["image_y"]),
        helper.make_node("ReduceMean", ["image", "axes"], ["mass4"]),
        helper.make_node("ReduceMean", ["image_x", "axes"], ["x4"]),
        helper.make_node("ReduceMean", ["image_y", "axes"], ["y4"]),
        helper.make_node("Reshape", ["mass4", "flat"], ["brightness"]),
        helper.make_node("Reshape", ["x4", "flat"], ["x2"]),
        helper.make_node("Reshape", ["y4", "flat"], ["y2"]),
        helper.make_node("Concat", ["x2", "y2"], ["moments"], axis=1),
        helper.make_node("Div", ["moments", "brightness"], ["centroid"]),
        helper.make_node("Tile", ["centroid", "pairs"], ["centroids"]),
        helper.make_node("Add", ["template", "centroids"], ["landmarks"]),
    ]
    floats = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "spot",
        [helper.make_tensor_value_info("image", floats, ["N", 3, SIZE, SIZE])],
        [
            helper.make_tensor_value_info("landmarks", floats, ["N", 136]),
            helper.make_tensor_value_info("brightness", floats, ["N", 1]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


def spot(x: float, y: float, height: int = 120, width: int = 160) -> NDArray[np.uint8]:
    """Return a black photo with a coloured spot around (x, y)."""
    rows, columns = np.mgrid[:height, :width]
    bright = 230 * np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 200)
    return (bright[..., None] * [1.0, 0.8, 0.5]).astype(np.uint8)


def save(path: Path, photo: NDArray[np.uint8]) -> Path:
    """Write a picture in the format of its suffix."""
    Image.fromarray(photo).save(path)
    return path


@dataclass(frozen=True)
class Finished:
    """What a run of the app left. lines: its standard output, parsed."""

    status: int
    lines: list[dict]
    error: str


@dataclass(frozen=True)
class App:
    """A built app with its model and runtime."""

    program: Path
    model: Path
    runtime_library: Path

    def run(self, *words: object, environment: dict[str, str] | None = None) -> Finished:
        """Run with model and library given."""
        given = ["--model", self.model, "--onnxruntime", self.runtime_library]
        return self.run_bare(*given, *words, environment=environment)

    def run_bare(self, *words: object, environment: dict[str, str] | None = None) -> Finished:
        """Run with these words only."""
        finished = subprocess.run(
            [self.program, *map(str, words)],
            env=environment or {},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        lines = [json.loads(line) for line in finished.stdout.splitlines() if line[:1] == "{"]
        return Finished(finished.returncode, lines, finished.stderr)


def write_sources(request: AppRequest, folder: Path) -> Path:
    """Generate the app into a folder."""
    for name, content in APP.generate(request).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
