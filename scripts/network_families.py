"""Small networks of 34 families with random weights, as PyTorch users write them.

Each has its family's blocks at a few channels and layers: what an exporter makes of them is what
matters here, not what they compute.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["FAMILIES", "INPUT_SHAPES"]


def _conv(
    into: int,
    out: int,
    kernel: int = 3,
    stride: int = 1,
    groups: int = 1,
    activation: Callable[[], nn.Module] | None = nn.ReLU,
) -> nn.Sequential:
    convolution = nn.Conv2d(into, out, kernel, stride, kernel // 2, groups=groups, bias=False)
    layers: list[nn.Module] = [convolution, nn.BatchNorm2d(out)]
    return nn.Sequential(*layers, *([activation()] if activation else []))


def _classifier(channels: int, *body: nn.Module) -> nn.Sequential:
    return nn.Sequential(*body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))


class _Residual(nn.Module):
    """x + body(x)."""

    def __init__(self, *body: nn.Module) -> None:
        super().__init__()
        self.body = nn.Sequential(*body)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class _SqueezeExcite(nn.Module):
    def __init__(self, channels: int, gate: nn.Module) -> None:
        super().__init__()
        self.down, self.up = nn.Conv2d(channels, 4, 1), nn.Conv2d(4, channels, 1)
        self.gate = gate

    def forward(self, x: Tensor) -> Tensor:
        scale = F.adaptive_avg_pool2d(x, 1)
        return x * self.gate(self.up(F.relu(self.down(scale))))


def _inverted(
    channels: int, activation: Callable[[], nn.Module], *inside: nn.Module, kernel: int = 3
) -> nn.Module:
    wide = 2 * channels
    return _Residual(
        _conv(channels, wide, 1, activation=activation),
        _conv(wide, wide, kernel, groups=wide, activation=activation),
        *inside,
        _conv(wide, channels, 1, activation=None),
    )


def _mobilenet_v1() -> nn.Module:
    pair = (_conv(8, 8, 3, 2, groups=8), _conv(8, 16, 1))
    return _classifier(16, _conv(3, 8, 3, 2), *pair)


def _mobilenet_v2() -> nn.Module:
    return _classifier(8, _conv(3, 8, 3, 2, activation=nn.ReLU6), _inverted(8, nn.ReLU6))


def _mobilenet_v3() -> nn.Module:
    block = _inverted(8, nn.Hardswish, _SqueezeExcite(16, nn.Hardsigmoid()), kernel=5)
    return _classifier(8, _conv(3, 8, 3, 2, activation=nn.Hardswish), block)


def _efficientnet_lite() -> nn.Module:
    return _classifier(8, _conv(3, 8, 3, 2, activation=nn.ReLU6), _inverted(8, nn.ReLU6, kernel=5))


def _efficientnet_b0() -> nn.Module:
    block = _inverted(8, nn.SiLU, _SqueezeExcite(16, nn.Sigmoid()), kernel=5)
    return _classifier(8, _conv(3, 8, 3, 2, activation=nn.SiLU), block)


class _Ghost(nn.Module):
    def __init__(self, into: int, out: int) -> None:
        super().__init__()
        self.primary = _conv(into, out // 2, 1)
        self.cheap = _conv(out // 2, out // 2, 3, groups=out // 2)

    def forward(self, x: Tensor) -> Tensor:
        first = self.primary(x)
        return torch.cat([first, self.cheap(first)], 1)


def _ghostnet() -> nn.Module:
    return _classifier(8, _conv(3, 8, 3, 2), _Residual(_Ghost(8, 16), _Ghost(16, 8)))


class _Shuffle(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.branch = nn.Sequential(
            _conv(half, half, 1),
            _conv(half, half, 3, groups=half, activation=None),
            _conv(half, half, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        kept, changed = x.chunk(2, 1)
        joined = torch.cat([kept, self.branch(changed)], 1)
        n, c, h, w = joined.shape
        return joined.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


def _shufflenet_v2() -> nn.Module:
    return _classifier(8, _conv(3, 8, 3, 2), nn.MaxPool2d(3, 2, 1), _Shuffle(8), _Shuffle(8))


class _RepVgg(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.wide = _conv(channels, channels, 3, activation=None)
        self.narrow = _conv(channels, channels, 1, activation=None)
        self.identity = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.wide(x) + self.narrow(x) + self.identity(x))


def _repvgg() -> nn.Module:
    return _classifier(8, _conv(3, 8, 3, 2), _RepVgg(8), _RepVgg(8))


def _resnet18() -> nn.Module:
    block = _Residual(_conv(8, 8), _conv(8, 8, activation=None))
    return _classifier(8, _conv(3, 8, 7, 2), nn.MaxPool2d(3, 2, 1), block, nn.ReLU())


class _Fire(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(8, 4, 1)
        self.narrow, self.wide = nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.squeeze(x))
        return torch.cat([F.relu(self.narrow(x)), F.relu(self.wide(x))], 1)


def _squeezenet() -> nn.Module:
    head = nn.Sequential(nn.Dropout(), nn.Conv2d(8, 10, 1), nn.ReLU())
    pools = (nn.MaxPool2d(3, 2, ceil_mode=True), _Fire(), head, nn.AdaptiveAvgPool2d(1))
    return nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.ReLU(), *pools, nn.Flatten())


def _ds_cnn() -> nn.Module:
    first = nn.Sequential(nn.Conv2d(1, 8, (10, 4), 2, (5, 1), bias=False), nn.BatchNorm2d(8))
    return _classifier(8, first, nn.ReLU(), _conv(8, 8, 3, groups=8), _conv(8, 8, 1), nn.Dropout())


class _UNet(nn.Module):
    def __init__(self, up: nn.Module) -> None:
        super().__init__()
        self.down, self.deep = _conv(3, 8), _conv(8, 8)
        self.up, self.join, self.head = up, _conv(16, 8), nn.Conv2d(8, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        skip = self.down(x)
        deep = self.up(self.deep(F.max_pool2d(skip, 2)))
        return self.head(self.join(torch.cat([skip, deep], 1)))


def _unet_nearest() -> nn.Module:
    return _UNet(nn.Upsample(scale_factor=2, mode="nearest"))


def _unet_bilinear() -> nn.Module:
    return _UNet(nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False))


def _unet_align_corners() -> nn.Module:
    return _UNet(nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True))


def _unet_transposed() -> nn.Module:
    return _UNet(nn.ConvTranspose2d(8, 8, 2, 2))


class _DeepLab(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = _conv(3, 8, 3, 2)
        rates = (1, 2, 4)
        self.rates = nn.ModuleList(nn.Conv2d(8, 8, 3, padding=r, dilation=r) for r in rates)
        self.pooled, self.head = nn.Conv2d(8, 8, 1), nn.Conv2d(32, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.stem(x)
        whole = F.relu(self.pooled(F.adaptive_avg_pool2d(y, 1)))
        whole = F.interpolate(whole, y.shape[2:], mode="bilinear", align_corners=False)
        joined = torch.cat([*(F.relu(rate(y)) for rate in self.rates), whole], 1)
        return F.interpolate(self.head(joined), x.shape[2:], mode="bilinear", align_corners=False)


class _YoloV3Tiny(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        leaky = lambda: nn.LeakyReLU(0.1)  # noqa: E731
        self.first = _conv(3, 8, activation=leaky)
        self.second = _conv(8, 16, activation=leaky)
        self.coarse, self.narrow = nn.Conv2d(16, 18, 1), _conv(16, 8, 1, activation=leaky)
        self.fine = nn.Conv2d(24, 18, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = F.max_pool2d(self.first(x), 2)
        skip = self.second(x)
        deep = F.max_pool2d(F.max_pool2d(skip, 2), 2)
        deep = F.max_pool2d(F.pad(deep, (0, 1, 0, 1)), 2, 1)
        up = F.interpolate(self.narrow(deep), scale_factor=4.0, mode="nearest")
        return self.coarse(deep), self.fine(torch.cat([up, skip], 1))


class _C2f(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.first = _conv(channels, channels, 1, activation=nn.SiLU)
        self.inside = _conv(half, half, activation=nn.SiLU)
        self.last = _conv(channels + half, channels, 1, activation=nn.SiLU)

    def forward(self, x: Tensor) -> Tensor:
        parts = list(self.first(x).chunk(2, 1))
        return self.last(torch.cat([*parts, parts[-1] + self.inside(parts[-1])], 1))


class _YoloV8(nn.Module):
    """One level: 4 x 4 bins of distances and two classes; decoded: boxes and scores."""

    anchors: Tensor

    def __init__(self, is_decoded: bool) -> None:
        super().__init__()
        self.is_decoded = is_decoded
        self.stem, self.block = _conv(3, 8, 3, 2, activation=nn.SiLU), _C2f(8)
        self.boxes, self.classes = nn.Conv2d(8, 16, 1), nn.Conv2d(8, 2, 1)
        y, x = torch.meshgrid(torch.arange(16.0), torch.arange(16.0), indexing="ij")
        self.register_buffer("anchors", torch.stack([x, y]).reshape(1, 2, -1) + 0.5)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        x = self.block(self.stem(x))
        boxes, classes = self.boxes(x), self.classes(x)
        if not self.is_decoded:
            return boxes, classes
        bins = boxes.view(boxes.shape[0], 4, 4, -1).transpose(1, 2).softmax(1)
        weights = torch.arange(4.0).view(1, 4, 1, 1)
        distances = (bins * weights).sum(1)
        low = self.anchors - distances[:, :2]
        high = self.anchors + distances[:, 2:]
        found = torch.cat([(low + high) / 2, high - low], 1) * 2.0
        return torch.cat([found, classes.flatten(2).sigmoid()], 1)


def _yolov8_raw() -> nn.Module:
    return _YoloV8(False)


def _yolov8_decoded() -> nn.Module:
    return _YoloV8(True)


class _YoloV5Head(nn.Module):
    grid: Tensor
    sizes: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.head = _conv(3, 8, 3, 2, activation=nn.SiLU), nn.Conv2d(8, 14, 1)
        y, x = torch.meshgrid(torch.arange(16.0), torch.arange(16.0), indexing="ij")
        self.register_buffer("grid", torch.stack([x, y], 2).view(1, 1, 16, 16, 2) - 0.5)
        sizes = torch.tensor([[10.0, 13.0], [16.0, 30.0]])
        self.register_buffer("sizes", sizes.view(1, 2, 1, 1, 2).expand(1, 2, 16, 16, 2).clone())

    def forward(self, x: Tensor) -> Tensor:
        x = self.head(self.stem(x))
        n, _, h, w = x.shape
        x = x.view(n, 2, 7, h, w).permute(0, 1, 3, 4, 2).contiguous().sigmoid()
        centre = (x[..., 0:2] * 2 + self.grid) * 2.0
        size = (x[..., 2:4] * 2) ** 2 * self.sizes
        return torch.cat([centre, size, x[..., 4:]], 4).view(n, -1, 7)


class _Ssd(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem, self.deep = _conv(3, 8, 3, 2), _conv(8, 8, 3, 2)
        self.boxes = nn.ModuleList(nn.Conv2d(8, 8, 3, padding=1) for _ in range(2))
        self.classes = nn.ModuleList(nn.Conv2d(8, 6, 3, padding=1) for _ in range(2))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        first = self.stem(x)
        levels = (first, self.deep(first))
        heads = list(zip(self.boxes, self.classes, levels, strict=True))
        n = x.shape[0]
        boxes = [head(level).permute(0, 2, 3, 1).reshape(n, -1, 4) for head, _, level in heads]
        scores = [head(level).permute(0, 2, 3, 1).reshape(n, -1, 3) for _, head, level in heads]
        return torch.cat(boxes, 1), torch.cat(scores, 1).softmax(2)


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int = 2) -> None:
        super().__init__()
        self.heads, self.queries, self.last = (
            heads,
            nn.Linear(width, 3 * width),
            nn.Linear(width, width),
        )

    def forward(self, x: Tensor) -> Tensor:
        n, tokens, width = x.shape
        parts = self.queries(x).reshape(n, tokens, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4).unbind(0)
        weights = (query @ key.transpose(-2, -1) * (width // self.heads) ** -0.5).softmax(-1)
        return self.last((weights @ value).transpose(1, 2).reshape(n, tokens, width))


class _ViT(nn.Module):
    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, width, 8, 8)
        self.token = nn.Parameter(torch.randn(1, 1, width))
        self.places = nn.Parameter(torch.randn(1, 17, width))
        attention = _Residual(nn.LayerNorm(width), _Attention(width))
        layers = (nn.LayerNorm(width), nn.Linear(width, 32), nn.GELU(), nn.Linear(32, width))
        self.body = nn.Sequential(attention, _Residual(*layers), nn.LayerNorm(width))
        self.head = nn.Linear(width, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.places
        return self.head(self.body(x)[:, 0])


class _ChannelsLast(nn.Module):
    """Applies a body to [N, H, W, C]."""

    def __init__(self, *body: nn.Module) -> None:
        super().__init__()
        self.body = nn.Sequential(*body)

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def _convnext() -> nn.Module:
    perceptron = _ChannelsLast(nn.LayerNorm(8), nn.Linear(8, 32), nn.GELU(), nn.Linear(32, 8))
    block = _Residual(nn.Conv2d(8, 8, 7, padding=3, groups=8), perceptron)
    return _classifier(8, nn.Conv2d(3, 8, 4, 4), _ChannelsLast(nn.LayerNorm(8)), block)


class _Mixer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 16, 8, 8)
        self.norms = nn.ModuleList(nn.LayerNorm(16) for _ in range(3))
        self.tokens = nn.Sequential(nn.Linear(16, 8), nn.GELU(), nn.Linear(8, 16))
        self.channels = nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.Linear(32, 16))
        self.head = nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = x + self.tokens(self.norms[0](x).transpose(1, 2)).transpose(1, 2)
        x = x + self.channels(self.norms[1](x))
        return self.head(self.norms[2](x).mean(1))


def _simple_baseline() -> nn.Module:
    up = nn.Sequential(nn.ConvTranspose2d(8, 8, 4, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU())
    return nn.Sequential(_conv(3, 8, 3, 2), _conv(8, 8, 3, 2), up, nn.Conv2d(8, 5, 1))


class _Recurrent(nn.Module):
    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer, self.head = layer, nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        outputs, _ = self.layer(x)
        return self.head(outputs[:, -1])


def _lstm() -> nn.Module:
    return _Recurrent(nn.LSTM(6, 8, batch_first=True))


def _gru() -> nn.Module:
    return _Recurrent(nn.GRU(6, 8, batch_first=True))


def _conv1d_classifier() -> nn.Module:
    body = (nn.Conv1d(2, 8, 5, 2, 2), nn.BatchNorm1d(8), nn.ReLU(), nn.MaxPool1d(2))
    return nn.Sequential(*body, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(8, 4))


def _conv1d_dilated() -> nn.Module:
    block = _Residual(nn.Conv1d(8, 8, 3, padding=2, dilation=2), nn.ELU(), nn.AvgPool1d(3, 1, 1))
    return nn.Sequential(nn.Conv1d(2, 8, 3, padding=1), nn.ReLU(), block, nn.Conv1d(8, 3, 1))


class _MobileFaceNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = _conv(3, 8, 3, 2, activation=lambda: nn.PReLU(8))
        self.last = nn.Conv2d(8, 16, 16, groups=8, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.normalize(self.last(self.stem(x)).flatten(1))


def _espcn() -> nn.Module:
    body = (nn.Conv2d(1, 8, 5, padding=2), nn.Tanh(), nn.Conv2d(8, 4, 3, padding=1))
    return nn.Sequential(*body, nn.PixelShuffle(2), nn.Sigmoid())


class _Cbam(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.shared = nn.Sequential(nn.Conv2d(channels, 4, 1), nn.ReLU(), nn.Conv2d(4, channels, 1))
        self.place = nn.Conv2d(2, 1, 7, padding=3)

    def forward(self, x: Tensor) -> Tensor:
        means, peaks = F.adaptive_avg_pool2d(x, 1), F.adaptive_max_pool2d(x, 1)
        x = x * torch.sigmoid(self.shared(means) + self.shared(peaks))
        both = torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)
        return x * torch.sigmoid(self.place(both))


def _cbam() -> nn.Module:
    return _classifier(8, _conv(3, 8, 3, 2), _Cbam(8))


def _style() -> nn.Module:
    def layer(into: int, out: int, stride: int = 1) -> nn.Sequential:
        return nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(into, out, 3, stride),
            nn.InstanceNorm2d(out, affine=True),
        )

    residual = _Residual(layer(8, 8), nn.ReLU(), layer(8, 8))
    up = nn.Upsample(scale_factor=2, mode="nearest")
    return nn.Sequential(layer(3, 8, 2), nn.ReLU(), residual, up, layer(8, 3), nn.Tanh())


def _elu_autoencoder() -> nn.Module:
    down = (nn.Conv2d(3, 8, 3, 2, 1), nn.ELU(), nn.Conv2d(8, 8, 3, 2, 1), nn.Softplus())
    up = (nn.ConvTranspose2d(8, 8, 3, 2, 1, 1), nn.ELU(), nn.ConvTranspose2d(8, 3, 3, 2, 1, 1))
    return nn.Sequential(*down, *up, nn.Sigmoid())


FAMILIES: Mapping[str, Callable[[], nn.Module]] = MappingProxyType(
    {
        "MobileNetV1": _mobilenet_v1,
        "MobileNetV2": _mobilenet_v2,
        "MobileNetV3": _mobilenet_v3,
        "EfficientNet-Lite": _efficientnet_lite,
        "EfficientNet-B0": _efficientnet_b0,
        "GhostNet": _ghostnet,
        "ShuffleNetV2": _shufflenet_v2,
        "RepVGG": _repvgg,
        "ResNet-18": _resnet18,
        "SqueezeNet": _squeezenet,
        "DS-CNN": _ds_cnn,
        "U-Net, nearest": _unet_nearest,
        "U-Net, bilinear": _unet_bilinear,
        "U-Net, align_corners": _unet_align_corners,
        "U-Net, ConvTranspose": _unet_transposed,
        "DeepLab": _DeepLab,
        "YOLOv3-tiny": _YoloV3Tiny,
        "YOLOv5, decoded": _YoloV5Head,
        "YOLOv8, raw": _yolov8_raw,
        "YOLOv8, decoded": _yolov8_decoded,
        "SSD": _Ssd,
        "ViT": _ViT,
        "ConvNeXt": _convnext,
        "MLP-Mixer": _Mixer,
        "SimpleBaseline": _simple_baseline,
        "LSTM": _lstm,
        "GRU": _gru,
        "1-D CNN, classifier": _conv1d_classifier,
        "1-D CNN, dilated": _conv1d_dilated,
        "MobileFaceNet": _MobileFaceNet,
        "ESPCN": _espcn,
        "CBAM": _cbam,
        "Style transfer": _style,
        "ELU autoencoder": _elu_autoencoder,
    }
)
"""A network of each family, made anew by each call."""

INPUT_SHAPES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "DS-CNN": (1, 49, 10),
        "LSTM": (5, 6),
        "GRU": (5, 6),
        "1-D CNN, classifier": (2, 64),
        "1-D CNN, dilated": (2, 64),
        "ESPCN": (1, 16, 16),
    }
)
"""Shapes without the batch; (3, 32, 32) for all others."""
