import numpy as np
import pytest

from recipes.shelf.robustness.face import Face
from recipes.shelf.robustness.occlusion import occlude

BOX = (20.0, 10.0, 80.0, 100.0)


@pytest.fixture
def white(face: Face) -> Face:
    return Face(np.full((128, 128, 3), 255, np.uint8), face.landmarks, BOX)


def hidden(face: Face, seed: int, percent: float) -> np.ndarray:
    changed = occlude(face, np.random.default_rng(seed), percent=percent)
    return (changed.image_hwc != face.image_hwc).any(axis=2)


@pytest.mark.parametrize("percent", [10, 20, 30, 40])
@pytest.mark.parametrize("seed", range(8))
def test_the_part_that_is_said_is_hidden(white: Face, percent: float, seed: int) -> None:
    mask = hidden(white, seed, percent)
    assert 100 * mask.sum() / (BOX[2] * BOX[3]) == pytest.approx(percent, abs=1.2)
    assert not mask[:, :20].any()
    assert not mask[:, 100:].any()
    assert not mask[:10].any()
    assert not mask[110:].any()


def test_shapes_differ_from_face_to_face(white: Face) -> None:
    masks = {hidden(white, seed, 20).tobytes() for seed in range(8)}
    assert len(masks) == 8


def test_labels_box_and_the_photo_itself_stay(white: Face) -> None:
    changed = occlude(white, np.random.default_rng(1), percent=40)
    assert changed.box == BOX
    assert np.array_equal(changed.landmarks, white.landmarks)
    assert (white.image_hwc == 255).all()
