"""The network in training: the deployed one and auxiliary heads on its dense layer."""

from collections.abc import Iterable
from pathlib import Path

import torch
from torch import Tensor, nn

from recipes.dan.checkpoint import build_net, load_net
from recipes.dan.variants import Variant
from recipes.shelf.landmarks.heads import point_heads, say_little
from zoo.errors import RecipeError

__all__ = ["TrainingNet"]


class TrainingNet(nn.Module):
    """DAN's first stage with a head for each landmark layout and optionally one for head pose.

    forward: image [N, 1, 112, 112] -> landmarks by number of points, each [N, 2 * points] fractions
    of the crop, relative to the mean face; and pose [N, 3] in degrees or None.
    """

    def __init__(
        self, variant: Variant, other_points: Iterable[int], pose_branch: bool, seed: int
    ) -> None:
        super().__init__()
        self.variant = variant
        self.net = build_net(variant, seed)
        features = self.net.points.in_features
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.other_points = point_heads(features, other_points)
            self.pose = nn.Linear(features, 3) if pose_branch else None
        say_little(self.net.points)

    def forward(self, image: Tensor) -> tuple[dict[int, Tensor], Tensor | None]:
        """image: [N, 1, 112, 112]."""
        features = self.net.features(image)
        landmarks = {self.variant.points: self.net.points(features)}
        landmarks |= {int(points): head(features) for points, head in self.other_points.items()}
        return landmarks, None if self.pose is None else self.pose(features)

    def start_from(self, trained: Path) -> None:
        """Load the weights of an earlier training's folder; other heads are unchanged."""
        weights = trained / f"{self.variant.name}.safetensors"
        if not weights.is_file():
            raise RecipeError(
                f"{weights}: no such weights to start from; give the folder of a training that "
                f"gave {self.variant.name}"
            )
        self.net.load_state_dict(load_net(self.variant, weights).state_dict())
