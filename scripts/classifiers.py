"""Classifiers of their papers' sizes with random weights, to time what others' networks take.

Input [N, 3, size, size], size 224 unless the name says another one, output [N, 1000].
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

import torch
from torch import Tensor, nn

__all__ = ["CLASSIFIERS", "FURTHER", "write_classifier"]

_CONTRACT = """[input]
name = "image"
shape = [3, 224, 224]

[[outputs]]
name = "scores"
shape = [1000]

[[pre]]
name = "stretch"
size = [224, 224]

[[pre]]
name = "normalize"
mean = [124, 116, 104]
std = [58, 57, 57]
"""

_MOBILENET_V2_BLOCKS = (
    # Table 2: expansion, channels, repeats, stride of the first.
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def _conv(into: int, out: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    layer = nn.Conv2d(into, out, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(out))


class _Inverted(nn.Module):
    """An inverted residual of MobileNetV2."""

    def __init__(self, into: int, out: int, expansion: int, stride: int) -> None:
        super().__init__()
        wide = into * expansion
        widened = [_conv(into, wide, 1), nn.ReLU6()] if expansion > 1 else []
        between = [_conv(wide, wide, 3, stride, wide), nn.ReLU6()]
        self.body = nn.Sequential(*widened, *between, _conv(wide, out, 1))
        self.adds = stride == 1 and into == out

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.body(x)
        return x + y if self.adds else y


class _Basic(nn.Module):
    """A block of ResNet-18."""

    def __init__(self, into: int, out: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(_conv(into, out, 3, stride), nn.ReLU(), _conv(out, out, 3))
        self.beside = _conv(into, out, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        total: Tensor = self.body(x) + self.beside(x)
        return torch.relu(total)


def _mobilenet_v2() -> nn.Module:
    """Return MobileNetV2 (Sandler et al. 2018) of width 1."""
    layers, before = [_conv(3, 32, 3, 2), nn.ReLU6()], 32
    for expansion, channels, repeats, first in _MOBILENET_V2_BLOCKS:
        for index in range(repeats):
            layers.append(_Inverted(before, channels, expansion, 1 if index else first))
            before = channels
    return _classifier([*layers, _conv(before, 1280, 1), nn.ReLU6()], 1280)


def _resnet18() -> nn.Module:
    """Return ResNet-18 (He et al. 2016)."""
    layers, before = [_conv(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)], 64
    for channels in (64, 128, 256, 512):
        layers += [
            _Basic(before, channels, channels // before),
            _Basic(channels, channels, 1),
        ]
        before = channels
    return _classifier(layers, 512)


class _Bottleneck(nn.Module):
    """A block of ResNet-50, its stride in the 3x3 convolution."""

    def __init__(self, into: int, channels: int, stride: int) -> None:
        super().__init__()
        out = 4 * channels
        narrow = (_conv(into, channels, 1), nn.ReLU(), _conv(channels, channels, 3, stride))
        self.body = nn.Sequential(*narrow, nn.ReLU(), _conv(channels, out, 1))
        self.beside = _conv(into, out, 1, stride) if into != out else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        total: Tensor = self.body(x) + self.beside(x)
        return torch.relu(total)


def _resnet50() -> nn.Module:
    """Return ResNet-50 (He et al. 2016)."""
    layers, before = [_conv(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)], 64
    for channels, repeats in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for index in range(repeats):
            stride = 2 if index == 0 and channels > 64 else 1
            layers.append(_Bottleneck(before, channels, stride))
            before = 4 * channels
    return _classifier(layers, before)


def _mobilenet_v1(width: float) -> nn.Module:
    """Return MobileNet (Howard et al. 2017), table 1."""
    channels = [int(width * c) for c in (32, 64, 128, 128, 256, 256, *[512] * 6, 1024, 1024)]
    strides = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
    layers = [_conv(3, channels[0], 3, 2), nn.ReLU6()]
    for into, out, stride in zip(channels, channels[1:], strides, strict=False):
        depthwise = (_conv(into, into, 3, stride, into), nn.ReLU6())
        layers += [*depthwise, _conv(into, out, 1), nn.ReLU6()]
    return _classifier(layers, channels[-1])


def _classifier(layers: list[nn.Module], channels: int) -> nn.Module:
    ending = (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000))
    return nn.Sequential(*layers, *ending)


CLASSIFIERS: Mapping[str, Callable[[], nn.Module]] = MappingProxyType(
    {"mobilenet_v2": _mobilenet_v2, "resnet18": _resnet18}
)


FURTHER: Mapping[str, tuple[Callable[[], nn.Module], int]] = MappingProxyType(
    {
        "mobilenet_v1_0.25_128": (partial(_mobilenet_v1, 0.25), 128),
        "mobilenet_v1_0.5_160": (partial(_mobilenet_v1, 0.5), 160),
        "mobilenet_v1": (partial(_mobilenet_v1, 1.0), 224),
        "resnet50": (_resnet50, 224),
    }
)
"""Networks to compare estimates with others' figures, and the sizes of their inputs."""


def write_classifier(name: str, folder: Path) -> Path:
    """Write NAME.onnx with random weights, and its contract NAME.toml; return the former."""
    torch.manual_seed(0)
    make, size = FURTHER.get(name) or (CLASSIFIERS[name], 224)
    network, file = make().eval(), folder / f"{name}.onnx"
    torch.onnx.export(
        network,
        (torch.zeros(1, 3, size, size),),
        str(file),
        dynamo=False,
        input_names=["image"],
        output_names=["scores"],
        opset_version=17,
    )
    file.with_suffix(".toml").write_text(_CONTRACT.replace("224", str(size)), "utf-8")
    return file
