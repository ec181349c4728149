"""Quantization-aware training of the detector: the integer network learns from the float one."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor, nn
from torch.nn import functional
from torch.optim.lr_scheduler import CosineAnnealingLR

from recipes.facedet.data import read_images
from recipes.facedet.photometric import change_colours
from recipes.facedet.samples import crop
from recipes.shelf.quantized_network import (
    Network,
    QuantizedNetwork,
    Tensors,
    optimizer_of,
)
from zoo.data.labelled_data import find_data
from zoo.recipe import Recipe
from zoo.reporting import TrainingReports
from zoo.training import FitOptions

__all__ = ["Schedule", "fit"]


@dataclass(frozen=True)
class Schedule:
    """Adam with learning rates that decay to 0 along a cosine.

    crops: per epoch.  background: weight of a cell without a face; a sure face has about 1.
    distance_weight: of the four distances, in strides, relative to the score.
    """

    epochs: int = 4
    crops: int = 1200
    batch_size: int = 8
    mosaic: float = 0.2
    weight_rate: float = 2e-4
    scale_rate: float = 1e-3
    gradient_norm: float = 10.0
    background: float = 0.02
    distance_weight: float = 1.0


def fit(
    recipe: Recipe,
    module: QuantizedNetwork,
    float_module: Network,
    options: FitOptions,
    schedule: Schedule | None = None,
) -> None:
    """Train `module` in place on crops of photos; reproducible for the same seed.

    module, float_module: from the contract's input by name to maps by name. Labels are not used:
    the float network's scores and distances are the targets of every cell.
    """
    plan = schedule or Schedule()
    epochs = options.epochs or plan.epochs
    images, _ = read_images(find_data(options.data, "train"))
    size = recipe.contract.input.shape[-1]
    steps = max(plan.crops // plan.batch_size, 1)
    optimizer = optimizer_of(module, options.rate * plan.weight_rate, plan.scale_rate)
    cosine = CosineAnnealingLR(optimizer, epochs * steps)
    random = np.random.default_rng(options.seed)
    colours = Generator().manual_seed(options.seed)
    reports = TrainingReports("training", epochs)
    for epoch in range(epochs):
        total = 0.0
        for step in range(1, steps + 1):
            made = [crop(images, size, plan.mosaic, random) for _ in range(plan.batch_size)]
            pixels = torch.from_numpy(np.stack([placed.image for placed in made]))
            x = (change_colours(pixels.permute(0, 3, 1, 2), colours) - 128) / 128
            feeds = {recipe.contract.input.name: x.contiguous(memory_format=torch.channels_last)}
            loss = unlike(module(feeds), float_module(feeds), plan)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(module.weight_parameters(), plan.gradient_norm)
            optimizer.step()
            cosine.step()
            total += loss.item() / steps
            reports.during(epoch, step / steps)
        reports.after(epoch, f"loss {total:.4f}")


def unlike(found: Tensors, taught: Tensors, plan: Schedule) -> Tensor:
    """Return how much maps [N, 5, H, W] differ from the float network's.

    Scores differ by their cross-entropy beyond the least possible one, distances by their smooth
    absolute difference in strides. Each cell counts as much as the float network sees a face there.
    """
    losses = []
    for name, target in taught.items():
        sure = target[:, 0].sigmoid()
        weight = sure + plan.background
        entropy = functional.binary_cross_entropy_with_logits(
            found[name][:, 0], sure, reduction="none"
        )
        least = functional.binary_cross_entropy_with_logits(target[:, 0], sure, reduction="none")
        away = functional.smooth_l1_loss(
            found[name][:, 1:], target[:, 1:], beta=0.5, reduction="none"
        ).mean(dim=1)
        cells = (entropy - least) + plan.distance_weight * away
        losses.append((cells * weight).sum() / weight.sum())
    return torch.stack(losses).sum()
