"""Grids of activations with learned scales.

Each group of activations that share a quantization has one parameter g, initially 0:

    scale = calibrated * 2**g            float scales
    scale = calibrated * 2**round(g)     power-of-two scales

The logarithm keeps scales positive and relative steps equal for all sizes: Jain et al. 2020,
"Trained Quantization Thresholds", section 3.3. Gradients pass the rounding of g, and are divided by
sqrt(N * qmax), with N the number of values: Esser et al. 2020, section 2.2. Zero points are fixed.
"""

import math
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from compilers.quantize.groups import sharing_groups
from compilers.quantize.prepare import Prepared
from zoo.graph import Quantization

__all__ = ["LearnedGrids"]


class LearnedGrids(nn.Module):
    """The parameters `growth`, one for each group with a calibrated grid.

    A scheme that gives the grid of every tensor has none.
    """

    def __init__(self, start: Prepared) -> None:
        super().__init__()
        self.start = start
        groups = sharing_groups(start.graph, start.scheme)
        is_given = start.scheme.fix_point is not None
        learned = [] if is_given else [g for g in groups if start.known.isdisjoint(g)]
        self.index = {name: index for index, group in enumerate(learned) for name in group}
        self.growth = nn.Parameter(torch.zeros(len(learned)))

    def grids(self) -> dict[str, Quantization]:
        """Return the current grids of all activations by name."""
        growths = self.growth.tolist()
        return {
            name: _grown(grid, growths[self.index[name]], self.start.scheme.scale)
            if name in self.index
            else grid
            for name, grid in self.start.grids.items()
        }

    def scale(self, name: str, grid: Quantization, like: Tensor) -> Tensor:
        """Return the grid's scale, with its gradient going to `growth`. like: the values."""
        value = grid.scale[0]
        if name not in self.index:
            return torch.tensor(value, dtype=like.dtype, device=like.device)
        growth = self.growth[self.index[name]].to(like.dtype)
        damping = 1 / math.sqrt(like.numel() * grid.qmax)
        change = (growth - growth.detach()) * damping
        return value * torch.exp2(change)


def _grown(grid: Quantization, growth: float, kind: str) -> Quantization:
    doublings = round(growth) if kind == "power_of_two" else growth
    return replace(grid, scale=(float(np.float32(grid.scale[0] * 2.0**doublings)),))
