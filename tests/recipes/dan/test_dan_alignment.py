"""Faces come to the mean face and back, with their pictures."""

import math

import pytest

torch = pytest.importorskip("torch")

from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from recipes.dan.alignment import heatmap, similarity, warped  # noqa: E402
from recipes.shelf.landmarks.mean_face import mean_face  # noqa: E402

MEAN = torch.tensor(mean_face(68))


def moved(degrees: float, scale: float, x: float, y: float) -> torch.Tensor:
    """Return the mean face turned and scaled around the centre, then shifted, [1, 68, 2]."""
    angle = math.radians(degrees)
    turn = scale * torch.tensor(
        [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    )
    return ((MEAN - 0.5) @ turn.T + 0.5 + torch.tensor([x, y]))[None]


@given(st.floats(-180, 180), st.floats(0.3, 3), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_a_moved_mean_face_comes_back(degrees: float, scale: float, x: float, y: float) -> None:
    places = moved(degrees, scale, x, y)
    turn = similarity(places, MEAN)
    torch.testing.assert_close(turn.apply(places)[0], MEAN, atol=1e-5, rtol=0)
    torch.testing.assert_close(turn.undo(MEAN[None]), places, atol=1e-5, rtol=0)


def test_no_other_similarity_is_closer() -> None:
    places = moved(20, 0.8, 0.1, -0.1)
    places = places + 0.03 * torch.randn(1, 68, 2, generator=torch.Generator().manual_seed(0))
    best = similarity(places, MEAN)

    def error(a: torch.Tensor, b: torch.Tensor, shift: torch.Tensor) -> float:
        return float((type(best)(a, b, shift).apply(places) - MEAN).square().sum())

    least = error(best.a, best.b, best.shift)
    for change in (-1e-2, 1e-2):
        assert error(best.a + change, best.b, best.shift) > least
        assert error(best.a, best.b + change, best.shift) > least
        assert error(best.a, best.b, best.shift + change) > least


def test_the_picture_goes_with_its_places() -> None:
    """A blob at each of two eye corners is where the map says, also turned and shifted."""
    size, places = 112, moved(25, 0.7, 0.08, -0.05)
    corners = places[:, [36, 45]]
    image = heatmap(corners, size) ** 2
    turn = similarity(places, MEAN)
    seen = warped(image, turn)[0, 0]
    for x, y in turn.apply(corners)[0].tolist():
        column, row = int(x * size), int(y * size)
        near = seen[row - 4 : row + 5, column - 4 : column + 5]
        peak = divmod(int(near.argmax()), 9)
        assert abs(peak[0] - 4) <= 1
        assert abs(peak[1] - 4) <= 1


def test_the_heat_falls_with_the_distance_to_the_nearest_place() -> None:
    heat = heatmap(torch.tensor([[[0.5 / 8, 0.5 / 8], [6.5 / 8, 0.5 / 8]]]), 8)[0, 0]
    assert heat.shape == (8, 8)
    torch.testing.assert_close(
        heat[0], 1 / (1 + torch.tensor([0.0, 1, 2, 3, 2, 1, 0, 1])), atol=1e-6, rtol=0
    )
    assert heat[4, 0] == pytest.approx(1 / 5)
