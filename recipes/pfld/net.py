"""The network of PFLD: a MobileNetV2-like backbone with its last three scales pooled and joined.

Guo et al. 2019, arXiv:1902.10859, tables 1 and 2. Sizes below are for a 112x112 input.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from recipes.shelf.layers import HalvingDepthwise

__all__ = ["Channels", "Pfld", "PoseHead"]


@dataclass(frozen=True)
class Channels:
    """Channels of the stages.

    shallow: stem and 28x28 stage.  deep: 14x14 stage.  hidden: expanded channels of the shallow,
    down-sampling, deep and last bottlenecks.  scales: S1 (14x14), S2 (7x7), S3 (1x1).
    """

    shallow: int = 64
    deep: int = 128
    hidden: tuple[int, int, int, int] = (128, 128, 512, 256)
    scales: tuple[int, int, int] = (16, 32, 128)

    @classmethod
    def scaled(cls, width: float) -> "Channels":
        """Scale the backbone but not S1, S2 and S3, from which the points are read."""
        full = cls()
        first, down, deep, last = (round(width * hidden) for hidden in full.hidden)
        return cls(round(width * full.shallow), round(width * full.deep), (first, down, deep, last))


class ConvBnReLU(nn.Sequential):
    """Convolution with the same size (or half with stride 2), batch norm, ReLU."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel: int, stride: int = 1, groups: int = 1
    ) -> None:
        convolution = HalvingDepthwise if stride == 2 and groups == in_channels else nn.Conv2d
        super().__init__(
            convolution(
                in_channels, out_channels, kernel, stride, kernel // 2, groups=groups, bias=False
            ),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )


class InvertedResidual(nn.Module):
    """Expand, filter each channel, project linearly; with a skip if the shape is unchanged.

    Sandler et al. 2018, "MobileNetV2: Inverted Residuals and Linear Bottlenecks", section 3.
    """

    def __init__(self, in_channels: int, hidden: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.has_skip = stride == 1 and in_channels == out_channels
        self.layers = nn.Sequential(
            ConvBnReLU(in_channels, hidden, 1),
            ConvBnReLU(hidden, hidden, 3, stride, groups=hidden),
            nn.Conv2d(hidden, out_channels, 1, bias=False),
            nn.BatchNorm2d(out_channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """x: [N, C, H, W]."""
        y: Tensor = self.layers(x)
        return x + y if self.has_skip else y


class Pfld(nn.Module):
    """Landmarks of a face, and optionally its head pose.

    forward: image [N, C, 112, 112] -> landmarks [N, 2 * points] (x0, y0, x1, ... as fractions of
    the crop, relative to the mean face) and, with `pose_head`, pose [N, 3] (yaw, pitch, roll in
    degrees).
    """

    def __init__(
        self,
        points: int = 68,
        channels: Channels | None = None,
        in_channels: int = 3,
        pose_head: bool = False,
    ) -> None:
        super().__init__()
        c = channels or Channels()
        first, down, deep, last = c.hidden
        s1, s2, s3 = c.scales
        self.shallow = nn.Sequential(  # 112 -> 28
            ConvBnReLU(in_channels, c.shallow, 3, stride=2),
            ConvBnReLU(c.shallow, c.shallow, 3, groups=c.shallow),
            InvertedResidual(c.shallow, first, c.shallow, stride=2),
            *(InvertedResidual(c.shallow, first, c.shallow) for _ in range(4)),
        )
        self.deep = nn.Sequential(  # 28 -> 14
            InvertedResidual(c.shallow, down, c.deep, stride=2),
            *(InvertedResidual(c.deep, deep, c.deep) for _ in range(6)),
            InvertedResidual(c.deep, last, s1),
        )
        self.reduce = ConvBnReLU(s1, s2, 3, stride=2)  # 14 -> 7
        self.collapse = nn.Sequential(  # 7 -> 1; its batch norm is folded, but speeds up training
            nn.Conv2d(s2, s3, 7, bias=False), nn.BatchNorm2d(s3), nn.ReLU(inplace=True)
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.points = nn.Linear(s1 + s2 + s3, 2 * points)
        self.shallow_channels = c.shallow
        self.pose = PoseHead(c.shallow) if pose_head else None

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """image: [N, C, 112, 112]."""
        shallow, pooled = self.features(image)
        landmarks = self.points(pooled)
        return (landmarks,) if self.pose is None else (landmarks, self.pose(shallow))

    def features(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Return the heads' inputs: [N, shallow, 28, 28] and [N, s1 + s2 + s3]."""
        shallow: Tensor = self.shallow(image)
        s1 = self.deep(shallow)
        s2 = self.reduce(s1)
        s3 = self.collapse(s2)
        return shallow, torch.cat([self.pool(s1), self.pool(s2), s3], dim=1).flatten(1)


class PoseHead(nn.Sequential):
    """The paper's auxiliary net: [N, C, 28, 28] -> yaw, pitch, roll in degrees, [N, 3].

    Its channels (128, 128, 32 at C = 64) scale with the backbone, because it may be deployed.
    """

    def __init__(self, in_channels: int) -> None:
        wide, narrow = 2 * in_channels, in_channels // 2
        super().__init__(
            ConvBnReLU(in_channels, wide, 3, stride=2),
            ConvBnReLU(wide, wide, 3),
            ConvBnReLU(wide, narrow, 3, stride=2),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(narrow, 32),
            nn.ReLU(inplace=True),
            nn.Linear(32, 3),
        )
