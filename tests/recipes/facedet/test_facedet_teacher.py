"""The teacher: a small network with YuNet's outputs, and YuNet itself where it is at hand."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper
from PIL import Image

from recipes.facedet.teacher import YuNet
from zoo.errors import RecipeError


def test_a_small_one(small_yunet: Path) -> None:
    seen = YuNet(small_yunet)(np.zeros((64, 64, 3), np.uint8))
    assert seen.scores.shape == (64 + 16 + 4,)
    expected = np.sqrt(0.5 / (1 + np.exp(-1)))  # sqrt(class * object)
    np.testing.assert_allclose(seen.scores, expected, rtol=1e-5)
    assert seen.boxes[9].tolist() == [4, 4, 12, 12]  # row 1, column 1 of stride 8
    assert seen.boxes[-1].tolist() == [16, 16, 48, 48]
    assert {values.dtype for values in seen} == {np.dtype(np.float32)}


def test_another_network(tmp_path: Path) -> None:
    graph = helper.make_graph([], "empty", [], [])
    onnx.save(helper.make_model(graph), tmp_path / "other.onnx")
    with pytest.raises(RecipeError, match=r"other\.onnx: has no output 'cls_8'; the teacher must"):
        YuNet(tmp_path / "other.onnx")
    with pytest.raises(RecipeError, match=r"none\.onnx: cannot be read as ONNX"):
        YuNet(tmp_path / "none.onnx")


@pytest.mark.data
def test_yunet_sees_a_face(data: Path) -> None:
    photo = Image.open(next((data / "landmarks68" / "test" / "images").glob("*.jpg")))
    seen = YuNet(data / "peers" / "yunet_n_dynamic.onnx")(np.asarray(photo.convert("RGB")))
    best = int(seen.scores.argmax())
    assert seen.scores[best] > 0.7
    x0, y0, x1, y1 = seen.boxes[best]
    assert x0 < 64 < x1
    assert y0 < 64 < y1
