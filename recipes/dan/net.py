"""Deep Alignment Networks of one and of two stages.

Kowalski, Naruniec and Trzcinski 2017, "Deep Alignment Network: A convolutional neural network for
robust face alignment", arXiv:1706.01789, section 3 and table 1.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from recipes.dan.alignment import Similarity, heatmap, similarity, warped
from recipes.shelf.landmarks.mean_face import mean_face

__all__ = ["Dan1", "Dan2", "View"]

_SIZE = 112
_CHANNELS = (64, 128, 256, 512)
_HIDDEN = 256
_FEATURE_SIDE = 56


@dataclass(frozen=True)
class View:
    """What the last dense layer says of a face, and in which frame.

    features: [N, hidden].  turn: from the crop to the frame of the mean face, None if the network
    saw the crop.  seen: landmarks before, in the frame of the mean face, [N, points, 2].
    """

    features: Tensor
    turn: Similarity | None = None
    seen: Tensor | None = None

    def landmarks(self, head: nn.Linear) -> Tensor:
        """Return differences from the mean face in the crop, [N, 2 K].

        head: to offsets in the frame, [N, 2 K], from the landmarks before, or from the mean face
        where others were seen.
        """
        offsets: Tensor = head(self.features)
        if self.turn is None or self.seen is None:
            return offsets
        mean = _mean(head).to(offsets.device)
        base = self.seen if self.seen.shape[1] == len(mean) else mean
        places = base + offsets.float().view(-1, *mean.shape)
        return (self.turn.undo(places) - mean).flatten(1)


class Dan1(nn.Module):
    """Landmarks of a face as offsets from the mean face.

    forward: image [N, C, 112, 112] -> landmarks [N, 2 * points] (x0, y0, x1, ... as fractions of
    the crop, relative to the mean face).  width: scale of all channels and of the dense layer.
    """

    def __init__(self, width: float = 1.0, points: int = 68, in_channels: int = 1) -> None:
        super().__init__()
        channels = [in_channels, *(round(width * wide) for wide in _CHANNELS)]
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
        """image: [N, C, 112, 112]."""
        return (self.view(image).landmarks(self.points),)

    def features(self, image: Tensor) -> Tensor:
        """Return the values of the dense layer, [N, hidden]."""
        features: Tensor = self.dense(self.blocks(image))
        return features

    def view(self, image: Tensor) -> View:
        """Return what auxiliary heads see."""
        return View(self.features(image))


class Dan2(nn.Module):
    """Landmarks of a first stage, corrected by a second one in the frame of the mean face.

    The second sees the picture, turned and scaled so that the landmarks before come close to the
    mean face, their heatmap, and a picture that a layer makes of the first's features.
    forward: as Dan1.  The first stage is fixed: it was trained before.
    """

    def __init__(self, width: float = 1.0, points: int = 68) -> None:
        super().__init__()
        side = round(_FEATURE_SIDE * math.sqrt(width))
        self.first = Dan1(width, points).requires_grad_(False).eval()
        self.connection = nn.Sequential(
            nn.Linear(self.first.points.in_features, side * side),
            nn.ReLU(inplace=True),
            nn.Unflatten(1, (1, side, side)),
            nn.Upsample(_SIZE, mode="bilinear"),
        )
        self.norm = nn.BatchNorm2d(3)
        self.second = Dan1(width, points, in_channels=3)

    @property
    def points(self) -> nn.Linear:
        """The layer of the landmarks' offsets."""
        return self.second.points

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """image: [N, 1, 112, 112]."""
        return (self.view(image).landmarks(self.points),)

    def view(self, image: Tensor) -> View:
        """Return what the second stage says."""
        with torch.no_grad():
            features = self.first.features(image)
            mean = _mean(self.points).to(image.device)
            offsets = self.first.points(features).float().view(-1, *mean.shape)
            turn = similarity(mean + offsets, mean)
            seen = turn.apply(mean + offsets)
            pictures = torch.cat([warped(image, turn), heatmap(seen, _SIZE)], dim=1)
        pictures = torch.cat([pictures, self.connection(features).float()], dim=1)
        return View(self.second.features(self.norm(pictures)), turn, seen)

    def start_second(self) -> None:
        """Give the second stage the first one's features, of the face alone at first.

        From random weights, its features die within the first epochs: what is left to learn is
        little, and mostly noise.
        """
        learned = {k: v for k, v in self.first.state_dict().items() if not k.startswith("points.")}
        name = "blocks.0.0.weight"
        learned[name] = F.pad(learned[name], (0, 0, 0, 0, 0, 2))  # heatmap, picture of features
        self.second.load_state_dict(learned, strict=False)

    def train(self, mode: bool = True) -> "Dan2":
        """Leave the statistics of the first stage as they are."""
        super().train(mode)
        self.first.eval()
        return self


def _mean(head: nn.Linear) -> Tensor:
    """Return the mean face with the points of a head, [points, 2]."""
    return torch.tensor(mean_face(head.out_features // 2))


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
