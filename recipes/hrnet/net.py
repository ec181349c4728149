"""High-resolution network: branches of several resolutions side by side, which exchange.

Sun et al. 2019, "High-Resolution Representations for Labeling Pixels and Regions",
arXiv:1908.07919, sections 3.1 and 4.3: HRNetV2, with a map for each landmark. The blocks are those
of He et al. 2016, arXiv:1512.03385, figures 2 and 5.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from recipes.hrnet.variants import Variant

__all__ = ["HighResolutionNet"]

_EXPANSION = 4  # of a bottleneck's output


class HighResolutionNet(nn.Module):
    """A map for each landmark, highest where it is.

    forward: image [N, C, S, S] -> maps [N, points, S / 4, S / 4].
    """

    def __init__(self, variant: Variant) -> None:
        super().__init__()
        stem, wide = variant.stem, variant.stem * _EXPANSION
        widths = [variant.width * 2**branch for branch in range(4)]
        first = _conv_bn(variant.in_channels, stem, 3, stride=2)
        self.stem = nn.Sequential(*first, nn.ReLU(), *_conv_bn(stem, stem, 3, stride=2), nn.ReLU())
        self.bottlenecks = nn.Sequential(
            *(_Bottleneck(stem if i == 0 else wide, stem) for i in range(variant.bottlenecks))
        )
        self.stages = nn.ModuleList(
            _Stage(before, widths[: len(before) + 1], modules, variant.blocks)
            for before, modules in zip(
                ([wide], widths[:2], widths[:3]), variant.modules, strict=True
            )
        )
        self.upsamples = nn.ModuleList(_smooth_upsample(branch) for branch in range(4))
        self.head = nn.Sequential(nn.Conv2d(sum(widths), sum(widths), 1), *_bn_relu(sum(widths)))
        self.points = nn.Conv2d(sum(widths), variant.points, 1)

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """image: [N, C, S, S]."""
        return (self.points(self.features(image)),)

    def features(self, image: Tensor) -> Tensor:
        """Return what the maps are made of, [N, 15 * width, S / 4, S / 4]."""
        branches = [self.bottlenecks(self.stem(image))]
        for stage in self.stages:
            branches = stage(branches)
        same = [up(branch) for up, branch in zip(self.upsamples, branches, strict=True)]
        features: Tensor = self.head(torch.cat(same, dim=1))
        return features


class _Stage(nn.Module):
    """One branch more, then modules.

    before: channels of the branches that come in.  widths: of those that go out, one more.
    """

    def __init__(
        self, before: Sequence[int], widths: Sequence[int], modules: int, blocks: int
    ) -> None:
        super().__init__()
        self.same = nn.ModuleList(
            nn.Identity() if into == out else nn.Sequential(*_conv_bn(into, out, 3), nn.ReLU())
            for into, out in zip(before, widths, strict=False)
        )
        self.lower = nn.Sequential(*_conv_bn(before[-1], widths[-1], 3, stride=2), nn.ReLU())
        self.modules_in_turn = nn.Sequential(*(_Module(widths, blocks) for _ in range(modules)))

    def forward(self, branches: list[Tensor]) -> list[Tensor]:
        """branches: from the highest resolution to the lowest."""
        same = [layer(branch) for layer, branch in zip(self.same, branches, strict=True)]
        made: list[Tensor] = self.modules_in_turn([*same, self.lower(branches[-1])])
        return made


class _Module(nn.Module):
    """Blocks in each branch, then an exchange between all."""

    def __init__(self, widths: Sequence[int], blocks: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            nn.Sequential(*(_BasicBlock(width) for _ in range(blocks))) for width in widths
        )
        self.sums = nn.ModuleList(_Sum(widths, branch) for branch in range(len(widths)))

    def forward(self, inputs: list[Tensor]) -> list[Tensor]:
        """inputs: from the highest resolution to the lowest."""
        own = [branch(x) for branch, x in zip(self.branches, inputs, strict=True)]
        return [added(own) for added in self.sums]


class _Sum(nn.Module):
    """All branches, brought to the resolution and channels of one."""

    def __init__(self, widths: Sequence[int], target: int) -> None:
        super().__init__()
        self.ways = nn.ModuleList(
            _resampled(widths, source, target) for source in range(len(widths))
        )
        self.relu = nn.ReLU()

    def forward(self, branches: list[Tensor]) -> Tensor:
        first, *others = (way(x) for way, x in zip(self.ways, branches, strict=True))
        out: Tensor = self.relu(sum(others, start=first))
        return out


class _BasicBlock(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(*_conv_bn(width, width, 3), nn.ReLU(), *_conv_bn(width, width, 3))
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.relu(x + self.body(x))
        return out


class _Bottleneck(nn.Module):
    def __init__(self, into: int, width: int) -> None:
        super().__init__()
        out = width * _EXPANSION
        self.body = nn.Sequential(
            *_conv_bn(into, width, 1),
            nn.ReLU(),
            *_conv_bn(width, width, 3),
            nn.ReLU(),
            *_conv_bn(width, out, 1),
        )
        self.skip = nn.Identity() if into == out else nn.Sequential(*_conv_bn(into, out, 1))
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.relu(self.skip(x) + self.body(x))
        return out


def _resampled(widths: Sequence[int], source: int, target: int) -> nn.Module:
    """Return the way from a branch to another one's resolution and channels."""
    into, out = widths[source], widths[target]
    if source == target:
        return nn.Identity()
    if source > target:
        upsample = nn.Upsample(scale_factor=2 ** (source - target), mode="nearest")
        return nn.Sequential(*_conv_bn(into, out, 1), upsample)
    halvings: list[nn.Module] = []
    for _ in range(target - source - 1):
        halvings += [*_conv_bn(into, into, 3, stride=2), nn.ReLU()]
    return nn.Sequential(*halvings, *_conv_bn(into, out, 3, stride=2))


def _smooth_upsample(branch: int) -> nn.Module:
    """Return bilinear upsampling to the first branch; by 8 as by 2 and 4, which the KV260 has."""
    factors = {0: (), 1: (2,), 2: (4,), 3: (2, 4)}[branch]
    return nn.Sequential(
        *(nn.Upsample(scale_factor=f, mode="bilinear", align_corners=False) for f in factors)
    )


def _conv_bn(into: int, out: int, kernel: int, stride: int = 1) -> tuple[nn.Module, ...]:
    conv = nn.Conv2d(into, out, kernel, stride, kernel // 2, bias=False)
    return conv, nn.BatchNorm2d(out)


def _bn_relu(width: int) -> tuple[nn.Module, ...]:
    return nn.BatchNorm2d(width), nn.ReLU()
