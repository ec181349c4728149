"""Losses against values worked out by hand."""

import math

import pytest

torch = pytest.importorskip("torch")

from recipes.pfld.loss import pose_loss, wing_loss  # noqa: E402


@pytest.mark.parametrize(
    ("distance", "expected"),
    [
        (0.0, 0.0),
        (2.0, 10 * math.log(2)),
        (10.0, 10 * math.log(6)),
        (15.0, 10 * math.log(6) + 5),
    ],
)
def test_wing_loss(distance: float, expected: float) -> None:
    loss = wing_loss(torch.tensor([[3.0]]), torch.tensor([[3.0 - distance]]))
    assert loss.item() == pytest.approx(expected, rel=1e-6)


def test_wing_loss_is_a_mean() -> None:
    loss = wing_loss(torch.tensor([[0.0, 2.0]]), torch.zeros(1, 2))
    assert loss.item() == pytest.approx(5 * math.log(2))


def test_pose_loss_sums_angles_and_averages_faces() -> None:
    predicted = torch.tensor([[60.0, 0.0, 90.0], [10.0, 20.0, 30.0]])
    target = torch.tensor([[0.0, 0.0, 0.0], [10.0, 20.0, 30.0]])
    assert pose_loss(predicted, target).item() == pytest.approx((0.5 + 1.0) / 2, rel=1e-5)
