"""What lies between the stages: alignment of a face with the mean face, and the landmark heatmap.

Kowalski et al. 2017, arXiv:1706.01789, sections 3.2 and 3.3. Places are fractions of a picture: 0
and 1 are its outer edges.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["Similarity", "heatmap", "similarity", "warped"]


@dataclass(frozen=True)
class Similarity:
    """Maps of places, [N]: turn and scale by the matrix (a, -b; b, a), then shift.

    a, b: [N, 1].  shift: [N, 1, 2].
    """

    a: Tensor
    b: Tensor
    shift: Tensor

    def apply(self, places: Tensor) -> Tensor:
        """places: [N, K, 2]."""
        return _turned(places, self.a, self.b) + self.shift

    def undo(self, places: Tensor) -> Tensor:
        """places: [N, K, 2]."""
        size = self.a.square() + self.b.square()
        return _turned(places - self.shift, self.a / size, -self.b / size)


def similarity(places: Tensor, wanted: Tensor) -> Similarity:
    """Return the similarities that bring places closest to wanted ones, by least squares.

    places: [N, K, 2].  wanted: [K, 2].  The closed form of Umeyama 1991, "Least-squares estimation
    of transformation parameters between two point patterns", in the plane.
    """
    middle, target = places.mean(dim=1, keepdim=True), wanted.mean(dim=0)
    p, q = places - middle, wanted - target
    size = p.square().sum(dim=(1, 2)).clamp_min(1e-8)
    a = ((p * q).sum(dim=(1, 2)) / size)[:, None]
    b = ((p[..., 0] * q[..., 1] - p[..., 1] * q[..., 0]).sum(dim=1) / size)[:, None]
    return Similarity(a, b, target - _turned(middle, a, b))


def warped(image: Tensor, to: Similarity) -> Tensor:
    """Return the picture under the map, bilinear, with repeated edge pixels.

    image: [N, C, S, S].
    """
    size = to.a.square() + to.b.square()
    a, b = to.a / size, -to.b / size  # of the way back, which sampling goes
    origin = _turned(-to.shift, a, b)[:, 0]
    matrix = torch.stack([torch.cat([a, -b], dim=1), torch.cat([b, a], dim=1)], dim=1)
    # From fractions to -1..1: x = A y + c becomes g = A h + A 1 + 2 c - 1.
    offset = matrix.sum(dim=2) + 2 * origin - 1
    grid = F.affine_grid(
        torch.cat([matrix, offset[:, :, None]], dim=2), list(image.shape), align_corners=False
    )
    return F.grid_sample(image, grid, padding_mode="border", align_corners=False)


def heatmap(places: Tensor, size: int) -> Tensor:
    """Return 1 / (1 + distance to the nearest place, in pixels), [N, 1, size, size].

    places: [N, K, 2].
    """
    centres = torch.arange(size, device=places.device) + 0.5
    x, y = ((size * places[:, :, axis, None] - centres).square() for axis in (0, 1))
    nearest = torch.full((1, size, size), torch.inf, device=places.device)
    # One place after the other: all at once take hundreds of megabytes in a training.
    for place in range(places.shape[1]):
        nearest = torch.minimum(nearest, y[:, place, :, None] + x[:, place, None, :])
    return (1 / (1 + nearest.sqrt()))[:, None]


def _turned(places: Tensor, a: Tensor, b: Tensor) -> Tensor:
    x, y = places.unbind(dim=2)
    return torch.stack([a * x - b * y, b * x + a * y], dim=2)
