"""Training without labels: a changed network learns to reproduce the float one's outputs.

Hinton et al. 2015, "Distilling the Knowledge in a Neural Network", with the network's own float
form as teacher. The squared difference of each output is relative to the teacher's variance, so
units do not matter:

    loss = sum over outputs of mean((student - teacher)**2) / mean(variance(teacher))
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Generator, Tensor, nn

from compilers.quantize.qat.augment import augment
from compilers.quantize.qat.graph_module import FloatNetwork
from zoo.reporting import TrainingReports

__all__ = ["Schedule", "Student", "distil"]

Tensors = Mapping[str, Tensor]

_VARIANCE_MIN = 1e-12


class Student(Protocol):
    """A network that learns, a torch module."""

    def __call__(self, feeds: Tensors) -> Tensors:
        """Return the outputs by name. feeds: inputs by name, float, batch first."""

    def weight_parameters(self) -> Iterator[nn.Parameter]:
        """Yield weights and biases."""

    def scale_parameters(self) -> Iterator[nn.Parameter]:
        """Yield the logarithms of the activations' scales, if it has any."""


@dataclass(frozen=True)
class Schedule:
    """Adam with learning rates that decay to 0 along a cosine.

    weight_rate, scale_rate: for weights and biases, and for the logarithms of scales; 0 freezes.
    """

    epochs: int = 8
    batch_size: int = 32
    weight_rate: float = 1e-4
    scale_rate: float = 1e-3


def distil(
    module: Student, teacher: FloatNetwork, samples: Tensors, schedule: Schedule, seed: int
) -> None:
    """Train the module in place; reproducible for the same seed on the same machine.

    samples: inputs by name, float32, batch first, all of equal length. Images are augmented mildly.
    """
    steps = -(-_count(samples) // schedule.batch_size)
    optimizer = _optimizer(module, schedule)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, schedule.epochs * steps)
    generator = Generator().manual_seed(seed)
    reports = TrainingReports("distillation", schedule.epochs)
    for epoch in range(schedule.epochs):
        total = 0.0
        for step, batch in enumerate(_batches(samples, steps, generator), 1):
            feeds = augment(batch, generator)
            loss = _loss(module(feeds), teacher(feeds))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            cosine.step()
            total += loss.item() / steps
            reports.during(epoch, step / steps)
        reports.after(epoch, f"loss {total:.3g}")


def _optimizer(module: Student, schedule: Schedule) -> torch.optim.Optimizer:
    groups = [
        {"params": list(module.weight_parameters()), "lr": schedule.weight_rate},
        {"params": list(module.scale_parameters()), "lr": schedule.scale_rate},
    ]
    return torch.optim.Adam(groups)


def _loss(found: Tensors, wanted: Tensors) -> Tensor:
    losses = []
    for name, teacher in wanted.items():
        variance = teacher.var(dim=0, correction=0).mean().clamp_min(_VARIANCE_MIN)
        losses.append((found[name] - teacher).square().mean() / variance)
    return torch.stack(losses).sum()


def _batches(samples: Tensors, steps: int, generator: Generator) -> Iterator[Tensors]:
    """Yield all samples in random order, in batches of nearly equal size."""
    for chosen in torch.randperm(_count(samples), generator=generator).tensor_split(steps):
        yield {name: values[chosen] for name, values in samples.items()}


def _count(samples: Tensors) -> int:
    return len(next(iter(samples.values())))
