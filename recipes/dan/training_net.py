"""The network in training: the deployed one and auxiliary heads on its dense layer."""

from collections.abc import Iterable
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from recipes.dan.checkpoint import build_net, load_net
from recipes.dan.net import Dan2
from recipes.dan.variants import Variant
from recipes.shelf.landmarks.heads import point_heads, say_little
from zoo.errors import RecipeError

__all__ = ["TrainingNet"]


class TrainingNet(nn.Module):
    """DAN with a head for each landmark layout and optionally one for head pose.

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
        view = self.net.view(image)
        others = {int(points): head for points, head in self.other_points.items()}
        heads = {self.variant.points: self.net.points, **cast(dict[int, nn.Linear], others)}
        landmarks = {points: view.landmarks(head) for points, head in heads.items()}
        return landmarks, None if self.pose is None else self.pose(view.features)

    def start_from(self, trained: Path) -> Variant:
        """Load weights from an earlier training's folder, and return whose; heads are unchanged.

        They are the network's own or its first stage's.
        """
        own, first = (trained / f"{v.name}.safetensors" for v in (self.variant, self.variant.first))
        if own.is_file():
            self.net.load_state_dict(load_net(self.variant, own).state_dict())
            return self.variant
        if first.is_file() and isinstance(self.net, Dan2):
            self.net.first.load_state_dict(load_net(self.variant.first, first).state_dict())
            self.net.start_second()
            return self.variant.first
        raise RecipeError(
            f"{own if self.variant.stages == 1 else first}: no such weights to start from; give "
            f"the folder of a training that gave {self.variant.first.name}"
        )
