"""Training of a network with a map for each landmark."""

import torch
from torch import Tensor

from recipes.shelf.landmarks.task import LandmarkTask

__all__ = ["DEVIATION", "HeatmapTask", "gaussians", "peaks"]

DEVIATION = 1.5
"""Of the Gaussians, in pixels of the map, as in HRNet's own training."""


class HeatmapTask(LandmarkTask):
    """Fit maps to Gaussians around the landmarks, by squared differences, summed over each map.

    net: from an image [N, C, S, S] to maps [N, points, rows, columns] by number of points, and the
    head pose [N, 3] in degrees or None.
    """

    def _predict(self, x: Tensor) -> tuple[dict[int, Tensor], Tensor | None]:
        """Return maps by number of points; and pose."""
        maps, pose = self.net(x)
        return maps, pose

    def _places(self, predicted: Tensor) -> Tensor:
        """Return landmarks [N, 2 * points], fractions of the crop, of maps."""
        return peaks(predicted.float()).flatten(1)

    def _point_loss(self, predicted: Tensor, target: Tensor) -> Tensor:
        """Return [N, points] losses; 0 for nan targets.

        predicted: [N, points, rows, columns].  target: [N, 2 * points].
        """
        places = target.view(len(target), -1, 2)
        wanted = gaussians(places.nan_to_num(), predicted.shape[2], predicted.shape[3])
        losses: Tensor = (predicted.float() - wanted).square().sum(dim=(2, 3))
        return losses * ~places.isnan().any(dim=2)


def gaussians(places: Tensor, rows: int, columns: int) -> Tensor:
    """Return maps with 1 at the landmarks, [N, points, rows, columns].

    places: [N, points, 2], fractions of the map; pixel i of n is at (i + 0.5) / n. Not rounded to
    pixels, as Zhang et al. 2020, arXiv:1910.06278, section 3.2, advise.
    """
    x, y = (
        (
            torch.arange(count, device=places.device) + 0.5 - count * places[:, :, axis, None]
        ).square()
        for axis, count in ((0, columns), (1, rows))
    )
    return torch.exp((y[..., :, None] + x[..., None, :]) / (-2 * DEVIATION**2))


def peaks(maps: Tensor) -> Tensor:
    """Return landmarks as the contract's step 'heatmap' with a parabola, [N, points, 2] fractions.

    maps: [N, points, rows, columns].
    """
    rows, columns = maps.shape[2:]
    best = maps.flatten(2).argmax(dim=2)
    row, column = best // columns, best % columns
    across = maps.gather(2, row[..., None, None].expand(-1, -1, 1, columns))[:, :, 0]
    down = maps.gather(3, column[..., None, None].expand(-1, -1, rows, 1))[..., 0]
    x, y = _tops(across, column), _tops(down, row)
    return torch.stack([(x + 0.5) / columns, (y + 0.5) / rows], dim=2)


def _tops(lines: Tensor, best: Tensor) -> Tensor:
    """Return where parabolas through the highest numbers and their neighbours have their top.

    lines: [N, points, count].  best: [N, points] indices.
    """
    inner = (best > 0) & (best < lines.shape[2] - 1)
    places = best[..., None] + torch.tensor([-1, 0, 1], device=best.device)
    before, top, after = lines.gather(2, places.clamp(0, lines.shape[2] - 1)).unbind(dim=2)
    curvature = 2 * top - after - before
    shift = (after - before) / (2 * curvature.clamp_min(1e-12))
    return best + torch.where(inner & (curvature > 0), shift, 0)
