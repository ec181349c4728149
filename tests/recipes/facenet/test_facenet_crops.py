"""Crops show what their class says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from recipes.facedet.samples import LabelledImage
from recipes.facenet.crops import balanced_crops, draw_crop
from zoo.errors import DataError

WIDTH, HEIGHT = 400, 300
SIDE = round(400 * 200 / 1024)
FACE_COLOUR = 255


def photo(*faces: tuple[int, int, int, int], valid: bool = True) -> LabelledImage:
    """A black photo with white faces, x y width height."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    boxes = np.array(faces, np.float64).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    for x, y, w, h in faces:
        pixels[y : y + h, x : x + w] = FACE_COLOUR
    return LabelledImage(Image.fromarray(pixels), boxes, np.full(len(faces), valid))


@given(
    x=st.integers(0, WIDTH - 60),
    y=st.integers(0, HEIGHT - 60),
    side=st.integers(24, 60),
    seed=st.integers(0, 1000),
)
def test_a_face_is_wholly_inside_or_not_at_all(x: int, y: int, side: int, seed: int) -> None:
    photos, random = [photo((x, y, side, side))], np.random.default_rng(seed)
    found = np.asarray(draw_crop(photos, True, random))
    assert abs(len(found) - SIDE) <= 1
    white = np.count_nonzero(found[:, :, 0])
    assert abs(white - side * side) <= 2 * side  # an edge may be rounded away
    assert not np.asarray(draw_crop(photos, False, random)).any()


@pytest.mark.parametrize("side", [12, 75])
def test_faces_too_small_or_too_large_are_ambiguous(side: int) -> None:
    with pytest.raises(DataError, match="a face of a size to learn from"):
        draw_crop([photo((50, 50, side, side))], True, np.random.default_rng(0))


def test_an_invalid_face_is_neither() -> None:
    photos, random = [photo((10, 10, 380, 280), valid=False)], np.random.default_rng(0)
    with pytest.raises(DataError, match="a face of a size"):
        draw_crop(photos, True, random)
    with pytest.raises(DataError, match="a place without faces"):
        draw_crop(photos, False, random)


def test_balanced_crops_are_the_same_for_a_seed() -> None:
    photos = [photo((50, 60, 40, 40)), photo((200, 100, 30, 40))]
    first, again = (balanced_crops(photos, 10, 3) for _ in range(2))
    assert [kind for _, kind in first] == [0, 1] * 5
    for (pixels, _), (same, _) in zip(first, again, strict=True):
        np.testing.assert_array_equal(pixels, same)
    other = balanced_crops(photos, 10, 4)
    assert any(not np.array_equal(a, b) for (a, _), (b, _) in zip(first, other, strict=True))
