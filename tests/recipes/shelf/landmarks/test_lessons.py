"""Teachers' landmarks come back in the image, and join the labels."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")

import numpy as np  # noqa: E402

from recipes.shelf.augment import face_squares  # noqa: E402
from recipes.shelf.labelled_faces import LabelledFaces  # noqa: E402
from recipes.shelf.landmark_data import Faces  # noqa: E402
from recipes.shelf.landmarks.contract import landmark_contract  # noqa: E402
from recipes.shelf.landmarks.lessons import learned_landmarks, lessons  # noqa: E402
from recipes.shelf.layouts import layout_of  # noqa: E402

SIZE, POINTS = 96, 68
CONTRACT = landmark_contract(POINTS, 1, 0.6)


def bright_pixel(cuts: torch.Tensor) -> torch.Tensor:
    """Find the centre of the light in each crop, and say that all points are there."""
    light = cuts.mean(dim=1)
    centres = (torch.arange(cuts.shape[-1]) + 0.5) / cuts.shape[-1]
    total = light.sum(dim=(1, 2))
    x = (light.sum(dim=1) * centres).sum(dim=1) / total
    y = (light.sum(dim=2) * centres).sum(dim=1) / total
    return torch.stack([x, y], dim=1).repeat(1, POINTS)


def faces(missing: bool) -> Faces:
    """Return two faces, each with a light that is off the middle."""
    images = np.zeros((2, SIZE, SIZE, 3), np.uint8)
    images[0, 40:44, 30:34] = images[1, 60:64, 50:54] = 255
    labels = np.random.default_rng(0).uniform(0.25, 0.75, (2, POINTS, 2)).astype(np.float32)
    if missing:
        labels[1] = np.nan
    others = np.random.default_rng(1).uniform(0.25, 0.75, (2, 98, 2)).astype(np.float32)
    return Faces(LabelledFaces(images, {68: labels, 98: others}, ({}, {})), np.ones(2, np.float32))


LIGHTS = torch.tensor([[32 / SIZE, 42 / SIZE], [52 / SIZE, 62 / SIZE]])


def test_mirrored_and_larger_crops_tell_the_same_place() -> None:
    made = faces(missing=False)
    squares = face_squares(made.landmarks[:, :POINTS], 1.2)
    found = lessons(made.images, squares, bright_pixel, POINTS, 112)
    assert (found - LIGHTS[:, None]).abs().max() < 0.5 / SIZE


def test_a_long_lesson_tells_how_far_it_is(caplog: pytest.LogCaptureFixture) -> None:
    images = torch.zeros(641, 3, 8, 8, dtype=torch.uint8)
    squares = (torch.full((641, 2), 0.5), torch.ones(641))
    with caplog.at_level("INFO"):
        lessons(images, squares, lambda cuts: torch.zeros(len(cuts), 2 * POINTS), POINTS, 8)
    assert [text.split(",")[0] for text in caplog.messages] == [
        "teachers of 68 landmarks: 640 of 641 faces"
    ]


def test_left_and_right_are_swapped_back() -> None:
    """The teacher says point k is at height k / 100, so a mirrored crop must be put in order."""

    def in_order(_: torch.Tensor) -> torch.Tensor:
        heights = torch.arange(POINTS) / 100
        return torch.stack([torch.full((POINTS,), 0.5), heights], dim=1).flatten().expand(2, -1)

    made = faces(missing=False)
    centres, sides = face_squares(made.landmarks[:, :POINTS], 1.2)
    found = lessons(made.images, (centres, sides), in_order, POINTS, 112)
    order = torch.arange(POINTS) / 100
    both = (order + order[list(layout_of(POINTS).mirror)]) / 2
    wanted = centres[:, None, 1] + (both - 0.5) * sides[:, None]
    torch.testing.assert_close(found[:, :, 1], wanted)


@pytest.mark.parametrize("weight", [1.0, 3.0])
def test_labels_and_lessons_are_weighed(weight: float) -> None:
    made = faces(missing=True)
    learned = learned_landmarks(made, (68, 98), {68: bright_pixel}, CONTRACT, weight)
    first = (made.landmarks[0, :POINTS] + weight * LIGHTS[0]) / (1 + weight)
    assert (learned[0, :POINTS] - first).abs().max() < 0.5 / SIZE
    assert (learned[1, :POINTS] - LIGHTS[1]).abs().max() < 0.5 / SIZE  # it has no labels
    assert torch.equal(learned[:, POINTS:], made.landmarks[:, POINTS:])
