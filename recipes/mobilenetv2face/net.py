"""The network: MobileNetV2 without its classifier, and 1x1 convolutions for scores and boxes.

Sandler et al. 2018, "MobileNetV2: Inverted Residuals and Linear Bottlenecks", table 2. Parameters
have the names of torchvision's MobileNetV2, so that its weights fit. Convolutions with stride 2 are
padded by 1 on each side, as the K210 needs it.
"""

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from recipes.mobilenetv2face.variants import Variant
from recipes.shelf.layers import HalvingDepthwise

__all__ = ["FROZEN_LAYERS", "MobileNetV2Face"]


class Stage(NamedTuple):
    """Bottlenecks of one row of the table. stride: of the first."""

    expansion: int
    channels: int
    repeats: int
    stride: int


_STAGES = (
    Stage(1, 16, 1, 1),
    Stage(6, 24, 2, 2),
    Stage(6, 32, 3, 2),
    Stage(6, 64, 4, 2),
    Stage(6, 96, 3, 1),
    Stage(6, 160, 3, 2),
    Stage(6, 320, 1, 1),
)
_STEM, _LAST = 32, 1280
_EXIT_A = 14
"""The block whose expansion is exit A; block 0 is the stem."""

FROZEN_LAYERS = {0: 0, 63: 8, 98: 12, 133: 16}
"""Blocks, stem included, that end with a layer of Keras's MobileNetV2, 155 layers in all."""

_RARE_FACE_LOGIT = -4.0


class MobileNetV2Face(nn.Module):
    """Scores and boxes of faces, relative to canonical boxes.

    forward: image [N, 3, S, S], S a multiple of 32 -> scores [N, K, S / stride, S / stride], logits
    of the K canonical boxes of each cell, and boxes [N, 4 K, S / stride, S / stride]: tx, ty, tw,
    th of each (recipes.mobilenetv2face.loss).
    """

    def __init__(self, variant: Variant) -> None:
        super().__init__()
        self.exit, self.frozen_blocks = variant.exit, 0
        self.features = nn.ModuleList(_blocks(variant.width))
        expanded = self._middle.hidden
        if variant.exit == "a":
            del self.features[_EXIT_A + 1 :]
            del self._middle.conv[1:]
        channels = {"a": expanded, "b": _LAST, "c": expanded + _LAST}[variant.exit]
        self.scores = _head(channels, variant.boxes, _RARE_FACE_LOGIT)
        self.boxes = _head(channels, 4 * variant.boxes, 0.0)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """image: [N, 3, S, S]."""
        seen = self.see(image)
        return self.scores(seen), self.boxes(seen)

    def see(self, image: Tensor) -> Tensor:
        """Return the features of the exit, [N, C, S / stride, S / stride]."""
        x: Tensor = image
        for block in self.features[:_EXIT_A]:
            x = block(x)
        middle: Tensor = self._middle.conv[0](x)
        if self.exit == "a":
            return middle
        x = self._middle.conv[1:](middle)
        for block in self.features[_EXIT_A + 1 :]:
            x = block(x)
        if self.exit == "b":
            return x
        doubled = functional.interpolate(x, scale_factor=2.0, mode="nearest")
        return torch.cat([middle, doubled], dim=1)

    @property
    def _middle(self) -> "_Bottleneck":
        return cast(_Bottleneck, self.features[_EXIT_A])

    def freeze(self, layers: int) -> None:
        """Fix the weights of a prefix, and from the next `train` on its batch norms.

        layers: a key of FROZEN_LAYERS.
        """
        self.frozen_blocks = FROZEN_LAYERS[layers]
        for block in self.features[: self.frozen_blocks]:
            block.requires_grad_(False)

    def train(self, mode: bool = True) -> "MobileNetV2Face":
        """Change between training and evaluation, which frozen blocks never leave."""
        super().train(mode)
        for block in self.features[: self.frozen_blocks]:
            block.eval()
        return self


class _Bottleneck(nn.Module):
    """Expand, filter each channel, project linearly; with a skip if the shape is unchanged."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        self.hidden = inputs * expansion
        self.has_skip = stride == 1 and inputs == outputs
        self.conv = nn.Sequential(
            *([_conv(inputs, self.hidden, 1)] if expansion != 1 else []),
            _conv(self.hidden, self.hidden, 3, stride, groups=self.hidden),
            nn.Conv2d(self.hidden, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )

    def forward(self, x: Tensor) -> Tensor:
        """x: [N, C, H, W]."""
        y: Tensor = self.conv(x)
        return x + y if self.has_skip else y


def _blocks(width: float) -> list[nn.Module]:
    """Return the stem, the bottlenecks, and the last convolution."""
    channels = _scaled(_STEM, width)
    blocks: list[nn.Module] = [_conv(3, channels, 3, stride=2)]
    for stage in _STAGES:
        outputs = _scaled(stage.channels, width)
        for index in range(stage.repeats):
            stride = stage.stride if index == 0 else 1
            blocks.append(_Bottleneck(channels, outputs, stride, stage.expansion))
            channels = outputs
    return [*blocks, _conv(channels, _LAST, 1)]


def _scaled(channels: int, width: float) -> int:
    """Return the nearest multiple of 8 that is at least 0.9 of the scaled number."""
    wanted = channels * width
    nearest = max(8, int(wanted + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * wanted else nearest


def _head(channels: int, outputs: int, first: float) -> nn.Conv2d:
    """Return a last layer that says little else than `first`."""
    head = nn.Conv2d(channels, outputs, 1)
    nn.init.normal_(head.weight, std=0.01)
    head.bias = nn.Parameter(torch.full((outputs,), first))
    return head


def _conv(
    inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    kind = HalvingDepthwise if stride == 2 and groups == inputs else nn.Conv2d
    convolution = kind(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU6(inplace=True))
