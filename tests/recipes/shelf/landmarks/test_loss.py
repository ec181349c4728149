"""Losses against values worked out by hand."""

import math

import pytest

torch = pytest.importorskip("torch")

from recipes.shelf.landmarks.loss import pose_errors, squared_distance, wing  # noqa: E402


@pytest.mark.parametrize(
    ("distance", "expected"),
    [
        (0.0, 0.0),
        (-2.0, 10 * math.log(2)),
        (10.0, 10 * math.log(6)),
        (15.0, 10 * math.log(6) + 5),
    ],
)
def test_wing(distance: float, expected: float) -> None:
    assert wing(torch.tensor([distance])).item() == pytest.approx(expected, rel=1e-6)


def test_squared_distance() -> None:
    assert squared_distance(torch.tensor([-3.0, 0.5])).tolist() == [9.0, 0.25]


def test_pose_errors_are_summed_over_the_angles() -> None:
    predicted = torch.tensor([[60.0, 0.0, 90.0], [10.0, 20.0, 30.0]])
    target = torch.tensor([[0.0, 0.0, 0.0], [10.0, 20.0, 30.0]])
    assert pose_errors(predicted, target).tolist() == pytest.approx([0.5 + 1.0, 0.0], abs=1e-6)
