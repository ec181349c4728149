"""Assignment of faces to cells, and the loss of the cells' outputs.

A cell's target quality is the teacher's score there, or the overlap of its box with its assigned
face, whichever is higher (varifocal loss, arXiv 2008.13367, with soft labels).
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from recipes.facedet.variants import STRIDES

__all__ = ["Cells", "Wanted", "cells_of", "flatten", "loss_of", "want"]

_RANGES = ((0.0, 40.0), (24.0, 88.0), (60.0, float("inf")))
"""Longer sides, in pixels, of the faces assigned to each stride; the ranges overlap."""

_RADIUS = 1.25
"""Radius around the face's centre, in strides, of assigned cells inside the face."""
_NEAREST = 0.5
"""Radius, in strides, of assigned cells even for a face smaller than a cell."""

_LEAST_QUALITY = 0.1
_NEGATIVE_WEIGHT = 0.75
_SEEN = 0.2
"""Minimum score of a teacher for its box to count."""
_BOX_WEIGHT = 2.0
_DISTANCE_WEIGHT = 0.3


@dataclass(frozen=True)
class Cells:
    """All cells of all maps, concatenated. centres: [C, 2] x, y in pixels; strides: [C]."""

    centres: Tensor
    strides: Tensor


class Wanted(NamedTuple):
    """Targets for the cells of a batch.

    seen: [N, C] a teacher's scores, 0 without one.  face: [N, C] whether a labelled face is
    assigned.  ignored: [N, C] whether the cell has no target.  boxes: [N, C, 4] x0 y0 x1 y1 in
    pixels, for assigned or seen faces.
    """

    seen: Tensor
    face: Tensor
    ignored: Tensor
    boxes: Tensor


def cells_of(size: int) -> Cells:
    """Return the cells of a square input."""
    centres, strides = [], []
    for stride in STRIDES:
        places = (torch.arange(size // stride) + 0.5) * stride
        y, x = torch.meshgrid(places, places, indexing="ij")
        centres.append(torch.stack([x, y], dim=-1).reshape(-1, 2))
        strides.append(torch.full((len(centres[-1]),), float(stride)))
    return Cells(torch.cat(centres), torch.cat(strides))


def flatten(maps: tuple[Tensor, ...]) -> Tensor:
    """Return maps [N, K, H, W] as rows [N, C, K] float32, in cell order."""
    return torch.cat([m.float().flatten(2).transpose(1, 2) for m in maps], dim=1)


def want(
    boxes: Tensor, valid: Tensor, cells: Cells, seen: tuple[Tensor, Tensor] | None = None
) -> Wanted:
    """Return the targets for the cells of one image, without the batch axis.

    boxes: [F, 4] x0 y0 x1 y1 in pixels; valid: [F], false for those to be ignored.
    seen: a teacher's scores [C] and boxes [C, 4].
    """
    count = len(cells.strides)
    face, ignored = torch.zeros(2, count, dtype=torch.bool)
    scores, wanted = seen or (torch.zeros(count), torch.zeros(count, 4))
    if len(boxes) == 0:
        return Wanted(scores, face, ignored, wanted)
    inside = (
        (cells.centres[:, None] > boxes[:, :2]) & (cells.centres[:, None] < boxes[:, 2:])
    ).all(2)
    if seen is None:
        ignored = (inside & ~valid).any(1)
    else:
        wanted = _labels_instead(wanted, scores > _SEEN, boxes[valid])
    distance = _responsible(boxes, valid, inside, cells)
    nearest, which = distance.min(dim=1)
    face = nearest < torch.inf
    wanted = torch.where(face[:, None], boxes[which], wanted)
    return Wanted(scores, face, ignored & ~face, wanted)


def _responsible(boxes: Tensor, valid: Tensor, inside: Tensor, cells: Cells) -> Tensor:
    """Return [C, F] distances to the centres in pixels, infinite if not assigned."""
    side = (boxes[:, 2:] - boxes[:, :2]).amax(dim=1)
    away = (cells.centres[:, None] - (boxes[:, :2] + boxes[:, 2:]) / 2).abs().amax(dim=2)
    strides = cells.strides[:, None]
    near = (away <= strides * _NEAREST) | (inside & (away <= strides * _RADIUS))
    fits = torch.zeros_like(inside)
    for stride, (low, high) in zip(STRIDES, _RANGES, strict=True):
        fits |= (strides == stride) & (side >= low) & (side < high)
    return torch.where(near & fits & valid, away, torch.inf)


def _labels_instead(seen: Tensor, sure: Tensor, boxes: Tensor) -> Tensor:
    """Return a teacher's boxes; confident ones that overlap a label are replaced by it."""
    if len(boxes) == 0 or not sure.any():
        return seen
    overlap, which = iou(seen[sure][:, None], boxes[None]).max(dim=1)
    replaced = seen.clone()
    replaced[sure] = torch.where(overlap[:, None] > 0.5, boxes[which], seen[sure])
    return replaced


def loss_of(maps: tuple[Tensor, ...], wanted: Wanted, cells: Cells) -> dict[str, Tensor]:
    """Return the parts of the loss, already weighted: score, box and distance."""
    rows = flatten(maps)
    logit = rows[..., 0]
    with_box = wanted.face | (wanted.seen > _SEEN)
    strides = cells.strides.expand_as(logit)[with_box][:, None]
    found = boxes_of(rows, cells)[with_box]
    target = wanted.boxes[with_box]
    overlap = iou(found, target)
    quality = wanted.seen.clone()
    quality[with_box] = torch.where(
        wanted.face[with_box],
        torch.maximum(overlap.detach().clamp_min(_LEAST_QUALITY), quality[with_box]),
        quality[with_box],
    )
    weight = torch.maximum(quality, _NEGATIVE_WEIGHT * logit.sigmoid().detach() ** 2)
    weight = weight * ~wanted.ignored
    entropy = functional.binary_cross_entropy_with_logits(logit, quality, reduction="none")
    share = quality[with_box] / quality[with_box].sum().clamp_min(1)
    away = functional.smooth_l1_loss(found / strides, target / strides, beta=0.5, reduction="none")
    return {
        "score": (entropy * weight).sum() / quality.sum().clamp_min(1),
        "box": _BOX_WEIGHT * ((1 - giou(found, target)) * share).sum(),
        "distance": _DISTANCE_WEIGHT * (away.mean(dim=1) * share).sum(),
    }


def boxes_of(rows: Tensor, cells: Cells) -> Tensor:
    """Return [N, C, 4] x0 y0 x1 y1 in pixels of rows [N, C, 5]."""
    distances = rows[..., 1:] * cells.strides[:, None]
    return torch.cat([cells.centres - distances[..., :2], cells.centres + distances[..., 2:]], -1)


def iou(a: Tensor, b: Tensor) -> Tensor:
    """Return the intersection over union of boxes [..., 4]."""
    both, union, _ = _areas(a, b)
    return both / union


def giou(a: Tensor, b: Tensor) -> Tensor:
    """Return the generalized intersection over union of boxes [..., 4] (arXiv 1902.09630)."""
    both, union, hull = _areas(a, b)
    return both / union - (hull - union) / hull


def _areas(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the areas of intersection, union and hull."""
    low, high = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    both = (high - low).clamp_min(0).prod(dim=-1)
    own = [(box[..., 2:] - box[..., :2]).clamp_min(0).prod(dim=-1) for box in (a, b)]
    low, high = torch.minimum(a[..., :2], b[..., :2]), torch.maximum(a[..., 2:], b[..., 2:])
    hull = (high - low).clamp_min(0).prod(dim=-1).clamp_min(1e-6)
    return both, (own[0] + own[1] - both).clamp_min(1e-6), hull
