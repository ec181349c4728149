"""A drawn face whose eyes close, and a network for the spot app that sees them."""

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from spot_app import SIZE

BOX = "48,28,64,64"
"""Of the face; the network sees 80 x 80 pixels of the photo, 5 for each of its own."""

_LEFT, _TOP, _CELL = 40, 20, 5
_EYES = {36: (4, 5), 42: (10, 5)}
"""Column and row of an eye, 2 x 2 of the network's pixels, by its first landmark."""
_OPEN_RATIO, _SKIN = 0.3, 0.2


def face(openness: float = 1.0) -> NDArray[np.uint8]:
    """Return a photo [120, 160, 3]; openness: 0 for eyes in the colour of the skin, 1 for white."""
    photo = np.full((120, 160), _SKIN)
    for column, row in _EYES.values():
        x, y = _LEFT + _CELL * column, _TOP + _CELL * row
        photo[y : y + 2 * _CELL, x : x + 2 * _CELL] = _SKIN + openness * (1 - _SKIN)
    return np.repeat(np.rint(255 * photo)[..., None], 3, axis=2).astype(np.uint8)


def eye_network(path: Path) -> Path:
    """Write a network: landmarks at fixed places, but for the lids, which are as open as eyes look.

    The landmarks span 0.8 of the region, so that 1.25 times their box is the same region.
    """
    pixels = 3 * SIZE * SIZE
    places = np.random.default_rng(0).uniform(0.1, 0.9, (68, 2))
    places[[0, 16]] = [[0.1, 0.1], [0.9, 0.9]]
    places[60:68] = [[0.5 - 0.1 * np.cos(np.pi * i / 4), 0.7] for i in range(8)]  # a closed mouth
    weight = np.zeros((pixels, 68, 2))
    for first, (column, row) in _EYES.items():
        _place_eye(places[first : first + 6], column, row)
        seen = np.zeros((3, SIZE, SIZE))
        seen[1, row : row + 2, column : column + 2] = 1 / 4
        opening = seen.ravel() * _OPEN_RATIO * (2 / SIZE) / (1 - _SKIN)
        for landmark, sign in ((1, -0.5), (2, -0.5), (4, 0.5), (5, 0.5)):
            weight[:, first + landmark, 1] = sign * opening
            places[first + landmark, 1] -= sign * opening.sum() * _SKIN
    constants = {
        "weight": weight.reshape(pixels, 136).astype(np.float32),
        "bias": places.ravel().astype(np.float32),
        "axes": np.array([1, 2, 3], np.int64),
        "one": np.array([-1, 1], np.int64),
    }
    nodes = [
        helper.make_node("Flatten", ["image"], ["flat"]),
        helper.make_node("Gemm", ["flat", "weight", "bias"], ["landmarks"]),
        helper.make_node("ReduceMean", ["image", "axes"], ["mean"]),
        helper.make_node("Reshape", ["mean", "one"], ["brightness"]),
    ]
    floats = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "eyes",
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


def _place_eye(places: NDArray[np.float64], column: int, row: int) -> None:
    """Place corners and lids of a closed eye, two pixels wide, in the middle of its rows."""
    parts = np.array([0, 1 / 3, 2 / 3, 1, 2 / 3, 1 / 3])
    places[:, 0] = (column + 2 * parts) / SIZE
    places[:, 1] = (row + 1) / SIZE
