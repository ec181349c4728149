"""The first stage of a Deep Alignment Network.

Kowalski, Naruniec and Trzcinski 2017, "Deep Alignment Network: A convolutional neural network for
robust face alignment", arXiv:1706.01789, section 3.1 and table 1.
"""

from torch import Tensor, nn

__all__ = ["Dan1"]

_CHANNELS = (64, 128, 256, 512)
_HIDDEN = 256


class Dan1(nn.Module):
    """Landmarks of a face as offsets from the mean face.

    forward: image [N, 1, 112, 112] -> landmarks [N, 2 * points] (x0, y0, x1, ... as fractions of
    the crop, relative to the mean face).  width: scale of all channels and of the dense layer.
    """

    def __init__(self, width: float = 1.0, points: int = 68) -> None:
        super().__init__()
        channels = [1, *(round(width * wide) for wide in _CHANNELS)]
        hidden = round(width * _HIDDEN)
        self.blocks = nn.Sequential(*map(_block, channels, channels[1:]))  # 112 -> 7
        self.dense = nn.Sequential(
            nn.Flatten(),
            nn.Linear(7 * 7 * channels[-1], hidden, bias=False),
            nn.BatchNorm1d(hidden),
            nn.ReLU(inplace=True),
        )
        self.points = nn.Linear(hidden, 2 * points)

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """image: [N, 1, 112, 112]."""
        return (self.points(self.features(image)),)

    def features(self, image: Tensor) -> Tensor:
        """Return the values of the dense layer, [N, hidden]."""
        features: Tensor = self.dense(self.blocks(image))
        return features


def _block(in_channels: int, out_channels: int) -> nn.Sequential:
    """Return two convolutions and a pooling that halves the picture."""
    return nn.Sequential(
        *_conv_bn_relu(in_channels, out_channels),
        *_conv_bn_relu(out_channels, out_channels),
        nn.MaxPool2d(2),
    )


def _conv_bn_relu(in_channels: int, out_channels: int) -> tuple[nn.Module, ...]:
    return (
        nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
    )
