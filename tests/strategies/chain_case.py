"""A tiny detector of bright spots, and its chain with the network of `spot_app`."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from spot_app import REQUEST, network

from zoo.contract import Contract, Step, TensorSpec
from zoo.plugs import AppDetector
from zoo.region_rule import RegionRule

Points = Sequence[Sequence[float]] | NDArray[np.float64]

SIDE, STRIDE = 64, 8
CELLS = SIDE // STRIDE
DETECTOR = Contract(
    input=TensorSpec("image", (3, SIDE, SIDE)),
    outputs=(TensorSpec("spots", (5, CELLS, CELLS)),),
    pre=(
        Step("crop", {"scale": 1.0}),
        Step("resize", {"size": [SIDE, SIDE]}),
        Step("normalize", {"mean": [0.0] * 3, "std": [255.0] * 3}),
    ),
    post=(
        Step(
            "boxes",
            {
                "coding": "distances",
                "boxes": ["spots"],
                "channels": "first",
                "box_channel": 1,
                "classes": 1,
                "activation": "sigmoid",
                "threshold": 0.5,
                "strides": [STRIDE],
            },
        ),
        Step("nms", {"iou_percent": 10, "limit": 24}),
    ),
)
RULE = RegionRule(width=(0.9, 0.1), height=(0.1, 0.9), shift=(0.01, -0.02), passes=2)
CHAIN = replace(REQUEST, detector=AppDetector("spots", DETECTOR, "spots.onnx", RULE))

_LOGIT_OF_WHITE, _LOGIT_OF_BLACK, _REACH = 60.0, -15.0, 1.8


def detector_network(path: Path, reach: float = _REACH, points: Points = ()) -> Path:
    """Write a detector whose cells are sure where the picture is bright; boxes have one size.

    reach: from a cell's middle to the sides of its box, in cells.  points: [K, 2] from there to
    its key points, likewise.
    """
    bias = np.array([_LOGIT_OF_BLACK, *[reach] * 4, *np.ravel(points)], np.float32)
    weight = np.zeros((len(bias), 3, STRIDE, STRIDE), np.float32)
    weight[0] = _LOGIT_OF_WHITE / weight[0].size
    graph = helper.make_graph(
        [helper.make_node("Conv", ["image", "w", "b"], ["spots"], strides=[STRIDE, STRIDE])],
        "spots",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("spots", TensorProto.FLOAT, ["N", len(bias), CELLS, CELLS])],
        [numpy_helper.from_array(weight, "w"), numpy_helper.from_array(bias, "b")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


def spots(*centres: tuple[float, float], height: int = 120, width: int = 160) -> NDArray[np.uint8]:
    """Return a black photo [height, width, 3] with a white spot around each (x, y)."""
    rows, columns = np.mgrid[:height, :width]
    photo = np.zeros((height, width))
    for x, y in centres:
        photo = np.maximum(photo, 255 * np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 300))
    return np.repeat(photo[..., None], 3, axis=2).astype(np.uint8)


def write_chain(folder: Path) -> Path:
    """Write both networks, their contracts and chain.toml; return the latter."""
    network(folder / "landmarks.onnx")
    detector_network(folder / "spots.onnx")
    (folder / "landmarks.toml").write_text(LANDMARKS_TOML)
    (folder / "spots.toml").write_text(SPOTS_TOML % tuple(map(_toml, DETECTOR.post)))
    (folder / "chain.toml").write_text(CHAIN_TOML)
    return folder / "chain.toml"


def _toml(step: Step) -> str:
    """Return a step as an inline table."""
    words = {"name": step.name, **step.parameters}
    return "{" + ", ".join(f"{key} = {json.dumps(value)}" for key, value in words.items()) + "}"


CHAIN_TOML = """
[detector]
model = "spots.onnx"
contract = "spots.toml"

[regions]
width = [0.9, 0.1]
height = [0.1, 0.9]
shift = [0.01, -0.02]
passes = 2

[network]
model = "landmarks.onnx"
contract = "landmarks.toml"
quant = "none"
"""
SPOTS_TOML = """
input = {name = "image", shape = [3, 64, 64]}
outputs = [{name = "spots", shape = [5, 8, 8]}]
pre = [
    {name = "crop", scale = 1.0},
    {name = "resize", size = [64, 64]},
    {name = "normalize", mean = [0, 0, 0], std = [255, 255, 255]},
]
post = [
    %s,
    %s,
]
"""
LANDMARKS_TOML = """
input = {name = "image", shape = [3, 16, 16]}
outputs = [{name = "landmarks", shape = [136]}, {name = "brightness", shape = [1]}]
pre = [
    {name = "crop", scale = 1.25},
    {name = "resize", size = [16, 16]},
    {name = "normalize", mean = [0, 0, 0], std = [255, 255, 255]},
]
post = [{name = "landmarks", count = 68}]
"""
