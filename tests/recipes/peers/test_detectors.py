"""What other people's detectors answer is read as they mean it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import recipes.peers
from recipes.peers.detectors import evaluate_ultralight
from recipes.shelf.detection_evaluation import evaluate
from zoo.contract import Contract
from zoo.data.processing import value_specs
from zoo.recipe import Recipe
from zoo.step import ValueSpec

CONTRACTS = Path(recipes.peers.__file__).parent
FACE = (40.0, 60.0, 80.0, 100.0)
"""x, y, width, height in a photo of 320x240, which the network sees as a square of 320."""


@pytest.fixture
def photos(tmp_path):
    (tmp_path / "images").mkdir()
    Image.new("RGB", (320, 240)).save(tmp_path / "images" / "a.png")
    (tmp_path / "annotations.csv").write_text("file,x,y,w,h,invalid\na.png,40,60,80,100,0\n")
    return tmp_path


def _recipe(name):
    return Recipe(name, "peer", "", Contract.from_toml(CONTRACTS / f"{name}.toml"))


def _empty(recipe):
    return {t.name: np.zeros((1, *t.shape), np.float32) for t in recipe.contract.outputs}


def _in_square():
    """Return centre x, y and size of the face where the network sees it, pixels of 320."""
    x, y, width, height = FACE
    return x + width / 2, y + 40 + height / 2, width, height


def test_a_yunet_that_answers_rightly_finds_the_face(photos):
    recipe = _recipe("yunet_n_320_320")
    x, y, width, height = _in_square()

    def run(feeds):
        assert feeds["input"].shape == (1, 3, 320, 320)
        outputs = _empty(recipe)
        cell = int(y // 16) * 20 + int(x // 16)
        outputs["cls_16"][0, cell] = outputs["obj_16"][0, cell] = 0.9
        offsets = (x / 16 % 1, y / 16 % 1, np.log(width / 16), np.log(height / 16))
        outputs["bbox_16"][0, cell] = offsets
        return outputs

    found = evaluate(recipe, run, photos)
    assert (found.count, found.metrics["ap_16px_percent"]) == (1, 100)
    assert found.metrics["recall_0.1fp_32px_percent"] == 100


@pytest.mark.parametrize("name", ["yunet_n_320_320", "yunet_n_dynamic"])
def test_yunets_points_are_read(name):
    """Eyes, nose and corners of the mouth, by which faces are aligned."""
    assert value_specs(_recipe(name).contract)["keypoints"] == ValueSpec((None, 5, 2))


def test_an_ultralight_that_answers_rightly_finds_the_face(photos):
    recipe = _recipe("ultralight_RFB_320")
    x, y, width, height = _in_square()
    row, column = int(y * 240 / 320 // 32), int(x // 32)
    prior = 40 * 30 * 3 + 20 * 15 * 2 + (row * 10 + column) * 2  # of 64 pixels at stride 32
    centre = np.array([(column + 0.5) / 10, (row + 0.5) / 8])
    size = np.array([64 / 320, 64 / 240])

    def run(feeds):
        assert feeds["input"].shape == (1, 3, 240, 320)
        outputs = _empty(recipe)
        outputs["scores"][0, prior, 1] = 0.9
        outputs["boxes"][0, prior, :2] = (np.array([x, y]) / 320 - centre) / size / 0.1
        outputs["boxes"][0, prior, 2:] = np.log(np.array([width, height]) / 320 / size) / 0.2
        return outputs

    found = evaluate_ultralight(recipe, run, photos)
    assert found.metrics["ap_16px_percent"] == 100


def test_of_overlapping_boxes_the_surest_stays(photos):
    recipe = _recipe("ultralight_slim_320")

    def run(_):
        outputs = _empty(recipe)
        outputs["scores"][0, :, 1] = 0.5
        return outputs

    found = evaluate_ultralight(recipe, run, photos)
    assert 0 <= found.metrics["ap_16px_percent"] < 100


def test_nothing_found_is_nothing(photos):
    recipe = _recipe("yunet_n_dynamic")
    found = evaluate(recipe, lambda _: _empty(recipe), photos)
    assert found.metrics["ap_16px_percent"] == 0
