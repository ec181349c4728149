"""Crops: a drawn face stays under its box, whatever is done with the photo."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from recipes.facedet.samples import LabelledImage, crop, mosaic, random_crop, square_of

BOXES = np.array([[30, 20, 62, 60], [100, 50, 112, 66]], np.float64)


def photo(valid: tuple[bool, bool] = (True, True)) -> LabelledImage:
    """Red rectangles on green."""
    pixels = np.zeros((90, 150, 3), np.uint8)
    pixels[..., 1] = 200
    for x0, y0, x1, y1 in BOXES.astype(int):
        pixels[y0:y1, x0:x1] = (200, 0, 0)
    return LabelledImage(Image.fromarray(pixels), BOXES, np.array(valid))


def red_box(image: np.ndarray) -> np.ndarray:
    rows, columns = np.nonzero((image[..., 0] > 100) & (image[..., 1] < 100))
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])


def test_a_square_shows_its_faces_where_the_boxes_say() -> None:
    random = np.random.default_rng(0)
    for _ in range(20):
        placed = square_of(photo(), (20.0, -30.0, 70.0), 140, random)
        np.testing.assert_allclose(placed.boxes[0], [20, 100, 84, 180])
        np.testing.assert_allclose(red_box(placed.image)[:2], [20, 100], atol=2)


@given(st.integers(0, 2**32 - 1), st.sampled_from([64, 96]))
def test_a_crop_is_whole_and_its_boxes_lie_on_red(seed: int, size: int) -> None:
    placed = crop([photo()], size, 0.3, np.random.default_rng(seed))
    assert placed.image.shape == (size, size, 3)
    assert len(placed.boxes) == len(placed.valid)
    for x0, y0, x1, y1 in placed.boxes[placed.valid]:
        assert min(x1 - x0, y1 - y0) >= 5
        x, y = int((x0 + x1) / 2), int((y0 + y1) / 2)
        red, green, _ = placed.image[y, x].astype(int)
        assert red > green


@given(st.integers(0, 2**32 - 1))
def test_crops_depend_on_the_generator_only(seed: int) -> None:
    first, second = (crop([photo()], 64, 0.5, np.random.default_rng(seed)) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_an_invalid_face_stays_invalid() -> None:
    random = np.random.default_rng(1)
    for _ in range(30):
        assert not crop([photo((False, False))], 64, 0.3, random).valid.any()


def test_faces_of_crops_are_of_many_sizes() -> None:
    random = np.random.default_rng(2)
    crops = [random_crop([photo()], 160, random) for _ in range(200)]
    sides = np.concatenate([(c.boxes[:, 2:] - c.boxes[:, :2]).max(axis=1) for c in crops])
    assert np.quantile(sides, 0.1) < 16
    assert np.quantile(sides, 0.9) > 60


def test_a_mosaic_has_smaller_faces() -> None:
    random = np.random.default_rng(3)
    tiles = [mosaic([photo()], 128, random) for _ in range(50)]
    assert all((tile.boxes >= 0).all() and (tile.boxes <= 128).all() for tile in tiles)
    assert np.mean([len(tile.boxes) for tile in tiles]) > 4


def test_a_photo_without_faces() -> None:
    empty = LabelledImage(Image.new("RGB", (20, 300)), np.zeros((0, 4)), np.zeros(0, np.bool_))
    placed = crop([empty], 64, 0.5, np.random.default_rng(0))
    assert placed.boxes.shape == (0, 4)


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (500, 3)])
def test_odd_photos(size: tuple[int, int]) -> None:
    odd = LabelledImage(Image.new("RGB", size), np.zeros((0, 4)), np.zeros(0, np.bool_))
    for seed in range(30):
        assert crop([odd], 32, 0.5, np.random.default_rng(seed)).image.shape == (32, 32, 3)
