"""The network in training: the deployed one and auxiliary heads on what its maps are made of."""

from collections.abc import Iterable
from pathlib import Path

import torch
from torch import Tensor, nn

from recipes.hrnet.checkpoint import build_net, load_net
from recipes.hrnet.variants import Variant
from zoo.errors import RecipeError

__all__ = ["TrainingNet"]


class TrainingNet(nn.Module):
    """HRNet with maps for each landmark layout and optionally a head for head pose.

    forward: image [N, 3, S, S] -> maps by number of points, each [N, points, S / 4, S / 4]; and
    pose [N, 3] in degrees or None.
    """

    def __init__(
        self, variant: Variant, other_points: Iterable[int], pose_branch: bool, seed: int
    ) -> None:
        super().__init__()
        self.variant = variant
        self.net = build_net(variant, seed)
        features = self.net.points.in_channels
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.other_points = nn.ModuleDict(
                {str(points): nn.Conv2d(features, points, 1) for points in other_points}
            )
            self.pose = nn.Linear(features, 3) if pose_branch else None

    def forward(self, image: Tensor) -> tuple[dict[int, Tensor], Tensor | None]:
        """image: [N, 3, S, S]."""
        features = self.net.features(image)
        others = {int(points): head(features) for points, head in self.other_points.items()}
        maps = {self.variant.points: self.net.points(features), **others}
        return maps, None if self.pose is None else self.pose(features.mean(dim=(2, 3)))

    def start_from(self, trained: Path) -> None:
        """Load the network's weights from an earlier training's folder; heads are unchanged."""
        weights = trained / f"{self.variant.name}.safetensors"
        if not weights.is_file():
            raise RecipeError(
                f"{weights}: no such weights to start from; give the folder of a training that "
                f"gave {self.variant.name}"
            )
        self.net.load_state_dict(load_net(self.variant, weights).state_dict())
