"""A module in quantization-aware training, as some training might leave it."""

import torch

from compilers.quantize.prepare import Prepared
from compilers.quantize.qat.fake_quantized import FakeQuantized

__all__ = ["moved"]


def moved(start: Prepared, seed: int) -> FakeQuantized:
    """Return the module with other weights, biases and scales than at the start."""
    module, generator = FakeQuantized(start), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.weight_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            parameter += 0.1 * parameter.abs().mean() * noise
        for growth in module.scale_parameters():
            growth += torch.randn(growth.shape, generator=generator)
    return module
