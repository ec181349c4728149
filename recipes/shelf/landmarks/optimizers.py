"""Optimizer and learning rate of a training."""

from collections.abc import Iterable

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, MultiStepLR, OneCycleLR

from recipes.shelf.landmarks.settings import Settings

__all__ = ["optimizer_and_schedule"]


def optimizer_and_schedule(
    parameters: Iterable[nn.Parameter], settings: Settings, steps: int
) -> tuple[Optimizer, LRScheduler]:
    """Return both for a training with this many steps."""
    kinds = {"adamw": torch.optim.AdamW, "adam": torch.optim.Adam}
    rate = settings.learning_rate
    optimizer = kinds[settings.optimizer](parameters, rate, weight_decay=settings.weight_decay)
    return optimizer, _schedule(optimizer, settings, steps)


def _schedule(optimizer: Optimizer, settings: Settings, steps: int) -> LRScheduler:
    if settings.schedule == "one_cycle":
        return OneCycleLR(optimizer, settings.learning_rate, steps, pct_start=settings.warm_up)
    if settings.schedule == "cosine":
        return CosineAnnealingLR(optimizer, steps, settings.final_learning_rate)
    return MultiStepLR(optimizer, [2 * steps // 10, 3 * steps // 10], gamma=0.5)
