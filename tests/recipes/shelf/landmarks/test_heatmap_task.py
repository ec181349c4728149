"""Maps of landmarks: what is learned is what the contract's step finds again."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")

from recipes.shelf.landmarks.contract import heatmap_contract  # noqa: E402
from recipes.shelf.landmarks.heatmap_task import HeatmapTask, gaussians, peaks  # noqa: E402
from recipes.shelf.landmarks.settings import Settings  # noqa: E402
from zoo.registry import load  # noqa: E402
from zoo.step import Frame, Region  # noqa: E402

CONTRACT = heatmap_contract(68, 64, 0.6)


def places(seed: int, low: float = 0.1, high: float = 0.9) -> torch.Tensor:
    return low + (high - low) * torch.rand(2, 68, 2, generator=torch.Generator().manual_seed(seed))


def test_landmarks_come_back_from_their_maps() -> None:
    wanted = places(0)
    found = peaks(gaussians(wanted, 24, 16))
    assert (found - wanted).abs().max() < 0.03 / 16  # 3 hundredths of a pixel


@pytest.mark.parametrize("noise", [0.0, 2.0])
def test_peaks_are_the_contract_steps(noise: float) -> None:
    maps = gaussians(places(1, -0.2, 1.2), 16, 24)
    maps += noise * torch.rand(maps.shape, generator=torch.Generator().manual_seed(2))
    step = load("step", "heatmap")
    given = step.complete({"output": "maps", "sub_pixel": "parabola"})
    frame = Frame(np.zeros((1, 1, 3), np.uint8), (0, 0, 1, 1), Region(0, 0, 24 * 256, 16 * 256))
    for one, found in zip(maps.numpy(), peaks(maps).numpy(), strict=True):
        photo = step.apply({"maps": one}, frame, given)["landmarks"]
        np.testing.assert_allclose(found * [24, 16] - 0.5, photo, atol=1e-4)


class Answering(torch.nn.Module):
    """Gives the maps it was made with."""

    def __init__(self, maps: torch.Tensor) -> None:
        super().__init__()
        self.maps = torch.nn.Parameter(maps)

    def forward(self, _: torch.Tensor) -> tuple[dict[int, torch.Tensor], None]:
        return {68: self.maps}, None


def test_the_loss_is_of_known_landmarks() -> None:
    wanted = places(3)
    task = HeatmapTask(Answering(torch.zeros(1)), CONTRACT, Settings(), (68,), steps=1, seed=0)
    right = gaussians(wanted, 16, 16)
    wanted[1, 5] = torch.nan
    target = wanted.flatten(1)
    assert task._point_loss(right, target).abs().max() < 1e-9
    wrong = task._point_loss(torch.zeros_like(right), target)
    assert wrong[1, 5] == 0
    # The sum of a squared Gaussian is pi times its variance.
    middle = ((wanted - 0.5).abs() < 0.2).all(dim=2)
    torch.testing.assert_close(
        wrong[middle], torch.full_like(wrong[middle], np.pi * 1.5**2), atol=0.05, rtol=0
    )
