"""Small networks with attention in the forms that PyTorch users write, with random weights."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["NETWORKS"]

WIDTH, HEADS, TOKENS = 16, 2, 16


class _Tokens(nn.Module):
    """Patches as tokens [N, T, C], a body, and a classifier over their mean."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.patches, self.body = nn.Conv2d(3, WIDTH, 8, 8), body
        self.head = nn.Linear(WIDTH, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2)
        return self.head(self.body(x).mean(1))


class _Block(nn.Module):
    """torchvision's encoder block."""

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width, eps=1e-6) for _ in range(2))
        self.attention = nn.MultiheadAttention(width, HEADS, dropout=0.1, batch_first=True)
        self.body = nn.Sequential(
            nn.Linear(width, 32), nn.GELU(approximate="tanh"), nn.Linear(32, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        y = self.norms[0](x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return x + self.body(self.norms[1](x))


class _Vit(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, WIDTH, 8, 8)
        self.token = nn.Parameter(torch.randn(1, 1, WIDTH))
        self.places = nn.Parameter(torch.randn(1, TOKENS + 1, WIDTH) / 10)
        self.body = nn.Sequential(_Block(), _Block(), nn.LayerNorm(WIDTH))
        self.head = nn.Linear(WIDTH, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).reshape(x.shape[0], WIDTH, -1).permute(0, 2, 1)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.places
        return self.head(self.body(x)[:, 0])


class _SequenceFirst(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.TransformerEncoderLayer(WIDTH, HEADS, 32)

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x.transpose(0, 1)).transpose(0, 1)


class _Causal(nn.Module):
    """PyTorch's own product, which exporters write with a mask and two square roots."""

    def __init__(self) -> None:
        super().__init__()
        self.queries, self.last = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        n, tokens, _ = x.shape
        parts = self.queries(x).reshape(n, tokens, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(*parts.unbind(0), is_causal=True)
        return self.last(y.transpose(1, 2).reshape(n, tokens, WIDTH))


class _Filled(nn.Module):
    """minGPT's mask, products as einsum."""

    mask: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.queries, self.last = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.register_buffer("mask", torch.tril(torch.ones(TOKENS, TOKENS)) == 0)

    def forward(self, x: Tensor) -> Tensor:
        n, tokens, _ = x.shape
        parts = self.queries(x).split(WIDTH, 2)
        query, key, value = (p.view(n, tokens, HEADS, -1).transpose(1, 2) for p in parts)
        scores = torch.einsum("bhid,bhjd->bhij", query, key) / 8**0.5
        weights = scores.masked_fill(self.mask, float("-inf")).softmax(-1)
        y = torch.einsum("bhij,bhjd->bhid", weights, value)
        return self.last(y.transpose(1, 2).contiguous().view(n, tokens, WIDTH))


class _Swin(nn.Module):
    """Shifted windows of four by four, with relative places and a mask."""

    mask: Tensor

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.patches, self.norm = nn.Conv2d(3, width, 4, 4), nn.LayerNorm(width)
        self.queries, self.last = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.places = nn.Parameter(torch.randn(HEADS, 16, 16) / 10)
        regions = torch.zeros(1, 8, 8, 1)
        regions[:, 4:6], regions[:, 6:] = 1, 2
        own = _windows(regions + 3 * regions.transpose(1, 2)).squeeze(-1)
        self.register_buffer("mask", (own[:, None] != own[:, :, None]) * -100.0)
        self.head = nn.Linear(width, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).permute(0, 2, 3, 1)
        y = _windows(torch.roll(self.norm(x), (-2, -2), (1, 2)))
        count, tokens, width = y.shape
        query, key, value = (
            self.queries(y).reshape(count, tokens, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        )
        scores = query * 0.5 @ key.transpose(-2, -1) + self.places
        scores = scores.view(-1, 4, HEADS, tokens, tokens) + self.mask[None, :, None]
        weights = scores.view(count, HEADS, tokens, tokens).softmax(-1)
        y = self.last((weights @ value).transpose(1, 2).reshape(count, tokens, width))
        y = y.view(-1, 2, 2, 4, 4, width).permute(0, 1, 3, 2, 4, 5).reshape(x.shape)
        return self.head((x + torch.roll(y, (2, 2), (1, 2))).mean((1, 2)))


def _windows(x: Tensor) -> Tensor:
    n, height, width, channels = x.shape
    parts = x.view(n, height // 4, 4, width // 4, 4, channels)
    return parts.permute(0, 1, 3, 2, 4, 5).reshape(-1, 16, channels)


class _Detr(nn.Module):
    """Learned queries that attend to each other, then to the picture."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, WIDTH, 8, 8)
        self.places = nn.Parameter(torch.randn(1, TOKENS, WIDTH) / 10)
        self.queries = nn.Parameter(torch.randn(1, 5, WIDTH))
        self.decoder = nn.TransformerDecoderLayer(WIDTH, HEADS, 32, batch_first=True)
        self.classes, self.boxes = nn.Linear(WIDTH, 4), nn.Linear(WIDTH, 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        memory = self.patches(x).flatten(2).permute(0, 2, 1) + self.places
        y = self.decoder(self.queries.expand(x.shape[0], -1, -1), memory)
        return self.classes(y), self.boxes(y).sigmoid()


class _NonLocal(nn.Module):
    def __init__(self, channels: int = 8) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, channels, 3, 4, 1)
        self.parts = nn.ModuleList(nn.Conv2d(channels, 4, 1) for _ in range(3))
        self.last = nn.Conv2d(4, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        n, _, height, width = x.shape
        query, key, value = (part(x).flatten(2) for part in self.parts)
        weights = (query.permute(0, 2, 1) @ key).softmax(-1)
        y = (weights @ value.permute(0, 2, 1)).permute(0, 2, 1)
        return x + self.last(y.reshape(n, 4, height, width))


class _AnImageByItself(nn.Module):
    """Products of images that convolutions compute, and read again."""

    def __init__(self, channels: int = 8) -> None:
        super().__init__()
        self.stem, self.gate = nn.Conv2d(3, channels, 3, 4, 1), nn.Conv2d(channels, channels, 1)
        self.last = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        return self.last(F.relu(self.gate(x)) @ x.transpose(2, 3))


class _MobileVit(nn.Module):
    def __init__(self, channels: int = 8) -> None:
        super().__init__()
        self.stem, self.block = nn.Conv2d(3, channels, 3, 4, 1), _Block(channels)
        self.last = nn.Conv2d(2 * channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        n, channels, height, width = x.shape
        y = x.reshape(n, channels, height // 2, 2, width // 2, 2).permute(0, 3, 5, 2, 4, 1)
        y = self.block(y.reshape(4 * n, -1, channels))
        y = y.reshape(n, 2, 2, height // 2, width // 2, channels).permute(0, 5, 3, 1, 4, 2)
        return self.last(torch.cat([x, y.reshape(n, channels, height, width)], 1))


NETWORKS: Mapping[str, Callable[[], nn.Module]] = MappingProxyType(
    {
        "ViT by torchvision": _Vit,
        "encoder layer, sequence first": lambda: _Tokens(_SequenceFirst()),
        "causal": lambda: _Tokens(_Causal()),
        "filled mask": lambda: _Tokens(_Filled()),
        "shifted windows": _Swin,
        "decoder with queries": _Detr,
        "non-local": _NonLocal,
        "image by itself": _AnImageByItself,
        "MobileViT": _MobileVit,
    }
)
"""A network of each form, made anew by each call."""
