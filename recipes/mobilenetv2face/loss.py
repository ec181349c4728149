"""Canonical boxes as targets, the coding of boxes, and the loss.

The coding is that of Faster R-CNN (arXiv:1506.01497, section 3.1.2), relative to a canonical box
with centre (X, Y) and sides (A, B) in pixels:

    tx = (x - X) / A    ty = (y - Y) / B    tw = log(w / A)    th = log(h / B)

The loss is cross entropy over 256 boxes of an image, divided by 256, plus `box_weight` times the
mean square error of the four numbers of those that are faces.
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor
from torch.nn import functional

from recipes.facedet.loss import iou

__all__ = ["SAMPLED", "Wanted", "canonical_places", "coded", "loss_of", "rows_of", "want"]

SAMPLED = 256
"""Boxes of an image that the loss counts, at most half of them faces (Tiny-Face)."""

_FACE, _NO_FACE = 0.7, 0.3
"""Intersection over union with a face from which on, and below which, a canonical box is (not) one.
The best box of each face is one in any case."""


class Wanted(NamedTuple):
    """Targets of a batch. P: cells in order of rows and columns, times canonical boxes.

    counted: [N, P] bool.  face: [N, P] bool, among those.  boxes: [N, P, 4] tx, ty, tw, th.
    """

    counted: Tensor
    face: Tensor
    boxes: Tensor


def canonical_places(size: int, stride: int, sides: tuple[tuple[float, float], ...]) -> Tensor:
    """Return [P, 4] x0 y0 x1 y1 of all canonical boxes, in pixels of a square input."""
    at = (torch.arange(size // stride) + 0.5) * stride
    y, x = torch.meshgrid(at, at, indexing="ij")
    centres = torch.stack([x, y], dim=-1).reshape(-1, 1, 2)
    halves = torch.tensor(sides)[None] / 2
    return torch.cat([centres - halves, centres + halves], dim=-1).reshape(-1, 4)


def coded(boxes: Tensor, places: Tensor) -> Tensor:
    """Return tx, ty, tw, th of boxes [..., 4] relative to canonical ones [..., 4], x0 y0 x1 y1."""
    sides, own = boxes[..., 2:] - boxes[..., :2], places[..., 2:] - places[..., :2]
    away = (boxes[..., :2] + boxes[..., 2:] - places[..., :2] - places[..., 2:]) / 2
    return torch.cat([away / own, (sides.clamp_min(1) / own).log()], dim=-1)


def want(boxes: Tensor, valid: Tensor, places: Tensor, random: Generator) -> Wanted:
    """Return the targets of one image, without the batch axis.

    boxes: [F, 4] x0 y0 x1 y1 in pixels; valid: [F], false for those to be ignored.
    random: chooses the boxes that count.
    """
    face, none = torch.zeros(2, len(places), dtype=torch.bool)
    targets = torch.zeros_like(places)
    none[:] = True
    if len(boxes):
        overlap = iou(places[:, None], boxes[None])
        none = (overlap < _NO_FACE).all(dim=1)
        overlap[:, ~valid] = 0
        best, which = overlap.max(dim=1)
        face = best >= _FACE
        places_of_faces = overlap[:, valid].argmax(dim=0)
        face[places_of_faces] = overlap[:, valid].amax(dim=0) > 0
        which[places_of_faces] = torch.arange(len(boxes))[valid]
        targets[face] = coded(boxes[which[face]], places[face])
    chosen = _some(face, SAMPLED // 2, random)
    chosen |= _some(none & ~face, SAMPLED - int(chosen.sum()), random)
    return Wanted(chosen, face & chosen, targets)


def _some(among: Tensor, count: int, random: Generator) -> Tensor:
    """Return at most `count` of the true items, chosen randomly."""
    indices = np.flatnonzero(among.numpy())
    chosen = torch.zeros_like(among)
    chosen[torch.from_numpy(random.permutation(indices)[:count])] = True
    return chosen


def rows_of(scores: Tensor, boxes: Tensor) -> tuple[Tensor, Tensor]:
    """Return the network's maps as [N, P] logits and [N, P, 4] boxes, in the order of P."""
    count, kinds, rows, columns = scores.shape
    logits = scores.float().permute(0, 2, 3, 1).reshape(count, -1)
    numbers = boxes.float().reshape(count, kinds, 4, rows, columns).permute(0, 3, 4, 1, 2)
    return logits, numbers.reshape(count, -1, 4)


def loss_of(
    maps: tuple[Tensor, Tensor], wanted: Wanted, box_weight: float = 1.0
) -> dict[str, Tensor]:
    """Return the parts of the loss, already weighted: score and box, means over the images."""
    logits, boxes = rows_of(*maps)
    entropy = functional.binary_cross_entropy_with_logits(
        logits, wanted.face.float(), reduction="none"
    )
    squares = ((boxes - wanted.boxes) ** 2).sum(dim=-1) / 4
    faces = wanted.face.sum(dim=1).clamp_min(1)
    return {
        "score": ((entropy * wanted.counted).sum(dim=1) / SAMPLED).mean(),
        "box": box_weight * ((squares * wanted.face).sum(dim=1) / faces).mean(),
    }
