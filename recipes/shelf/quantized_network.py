"""What quantization-aware training sees of an integer network."""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

import torch
from torch import Tensor, nn

__all__ = ["Network", "QuantizedNetwork", "Tensors", "optimizer_of"]

Tensors = Mapping[str, Tensor]
Network = Callable[[Tensors], Tensors]
"""From the contract's inputs by name to outputs by name."""


class QuantizedNetwork(Protocol):
    """The trained torch module, with separate weights and scales."""

    def __call__(self, feeds: Tensors) -> Tensors:
        """Return the outputs by name."""

    def weight_parameters(self) -> Iterator[nn.Parameter]:
        """Yield weights and biases."""

    def scale_parameters(self) -> Iterator[nn.Parameter]:
        """Yield the parameters of activation scales."""


def optimizer_of(
    module: QuantizedNetwork, weight_rate: float, scale_rate: float
) -> torch.optim.Optimizer:
    """Return Adam with a learning rate for weights and one for scales."""
    groups = [
        {"params": list(module.weight_parameters()), "lr": weight_rate},
        {"params": list(module.scale_parameters()), "lr": scale_rate},
    ]
    return torch.optim.Adam(groups)
