"""The network: dense convolutions down to stride 8, separable ones below, a top-down path.

It only uses convolution, ReLU, addition and nearest-neighbour doubling, which every back end has.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from recipes.facedet.variants import CHANNELS, STRIDES
from recipes.shelf.layers import HalvingDepthwise

__all__ = ["FaceDet"]


_RARE_FACE_LOGIT = -4.0
_TYPICAL_DISTANCE = 1.5


class FaceDet(nn.Module):
    """Maps of faces at strides 8, 16 and 32.

    forward: image [N, 3, S, S], S a multiple of 32 -> for each stride a map [N, 5, S / stride,
    S / stride]: the logit of a face, and the distances from the cell's centre to the face's edges.

    stem: channels at strides 2 and 4.  widths: channels at strides 8, 16 and 32.
    depths: residual blocks there.  neck: channels of the top-down path and the heads.
    """

    def __init__(
        self,
        stem: tuple[int, int] = (16, 32),
        widths: tuple[int, int, int] = (64, 96, 96),
        depths: tuple[int, int, int] = (1, 2, 1),
        neck: int = 64,
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            _conv(3, stem[0], 3, stride=2),
            _conv(stem[0], stem[1], 3, stride=2),
            _conv(stem[1], widths[0], 3, stride=2),
        )
        downs = (nn.Identity(), *(_separable(a, b, stride=2) for a, b in pairwise(widths)))
        self.levels = nn.ModuleList(
            nn.Sequential(down, *(_Residual(width) for _ in range(depth)))
            for down, width, depth in zip(downs, widths, depths, strict=True)
        )
        self.laterals = nn.ModuleList(
            nn.Identity() if width == neck else _conv(width, neck, 1, relu=False)
            for width in widths
        )
        self.merges = nn.ModuleList(_separable(neck, neck) for _ in widths[:-1])
        self.heads = nn.ModuleList(
            nn.Sequential(_separable(neck, neck), _last(neck)) for _ in STRIDES
        )

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """image: [N, 3, S, S]."""
        x, maps = self.stem(image), []
        for level, lateral in zip(self.levels, self.laterals, strict=True):
            x = level(x)
            maps.append(lateral(x))
        for i in (1, 0):
            above = functional.interpolate(maps[i + 1], scale_factor=2.0, mode="nearest")
            maps[i] = self.merges[i](maps[i] + above)
        return tuple(head(x) for head, x in zip(self.heads, maps, strict=True))


class _Residual(nn.Module):
    """Two separable convolutions with a skip connection."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(_separable(width, width), _separable(width, width, relu=False))

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.body(x))


def _conv(
    in_channels: int,
    out_channels: int,
    kernel: int,
    stride: int = 1,
    groups: int = 1,
    relu: bool = True,
) -> nn.Sequential:
    kind = HalvingDepthwise if stride == 2 and groups == in_channels else nn.Conv2d
    convolution = kind(
        in_channels, out_channels, kernel, stride, kernel // 2, groups=groups, bias=False
    )
    layers = [convolution, nn.BatchNorm2d(out_channels)]
    return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if relu else []))


def _separable(
    in_channels: int, out_channels: int, stride: int = 1, relu: bool = True
) -> nn.Sequential:
    return nn.Sequential(
        _conv(in_channels, in_channels, 3, stride, groups=in_channels, relu=False),
        _conv(in_channels, out_channels, 1, relu=relu),
    )


def _last(channels: int) -> nn.Conv2d:
    """Return the last layer of a head, initialised to few faces of a typical size."""
    last = nn.Conv2d(channels, CHANNELS, 1)
    first = torch.tensor([_RARE_FACE_LOGIT, *[_TYPICAL_DISTANCE] * 4])
    nn.init.normal_(last.weight, std=0.01)
    last.bias = nn.Parameter(first)
    return last
