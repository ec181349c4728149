"""Layers shared by several networks."""

import torch
from torch import Tensor, nn

__all__ = ["HalvingDepthwise"]


class HalvingDepthwise(nn.Conv2d):
    """Depthwise convolution with stride 2, in float32 if a CPU trains in mixed precision.

    Otherwise oneDNN's bfloat16 gradient takes 7 times as long, a fifth of a training step at width
    1.0 (PyTorch 2.13, a Xeon with AMX).
    """

    def forward(self, x: Tensor) -> Tensor:
        """x: [N, C, H, W]."""
        if x.device.type != "cpu" or not torch.is_autocast_enabled("cpu"):
            return super().forward(x)
        with torch.autocast("cpu", enabled=False):
            return super().forward(x.float())
