"""The network in training: the deployed one and auxiliary heads on the same features.

One training thus produces all variants of its width: 68 or 98 points, with or without pose.
"""

from dataclasses import replace
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from recipes.pfld.checkpoint import build_net
from recipes.pfld.net import Pfld, PoseHead
from recipes.pfld.start import start_state, start_variant
from recipes.pfld.variants import Variant
from recipes.shelf.landmarks.heads import point_heads, say_little
from zoo.errors import RecipeError

__all__ = ["TrainingNet"]


class TrainingNet(nn.Module):
    """PFLD with a head for each landmark layout and optionally one for head pose.

    forward: image [N, C, 112, 112] -> landmarks by number of points, each [N, 2 * points] fractions
    of the crop, relative to the mean face; and pose [N, 3] in degrees or None.
    """

    def __init__(
        self, variant: Variant, other_points: tuple[int, ...], pose_branch: bool, seed: int
    ) -> None:
        super().__init__()
        self.variant = variant
        self.net = build_net(variant, seed)
        features = self.net.points.in_features
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.other_points = point_heads(features, other_points)
            has_branch = pose_branch and self.net.pose is None
            self.other_pose = PoseHead(self.net.shallow_channels) if has_branch else None
        say_little(self.net.points)

    def forward(self, image: Tensor) -> tuple[dict[int, Tensor], Tensor | None]:
        """image: [N, C, 112, 112]."""
        shallow, pooled = self.net.features(image)
        landmarks = {points: head(pooled) for points, head in self._heads().items()}
        pose = self.net.pose or self.other_pose
        return landmarks, None if pose is None else pose(shallow)

    def start_from(self, trained: Path) -> None:
        """Load the weights of an earlier training's folder; missing heads are unchanged.

        A gray network may start from an RGB one's.
        """
        if start_variant(trained, self.variant) is None:
            raise RecipeError(
                f"{trained / self.variant.name}.safetensors: no such weights to start from; give "
                f"the folder of a training that gave {self.variant.name}"
            )
        for variant, state in self.states().items():
            for name, value in (start_state(trained, variant) or {}).items():
                state[name].copy_(value)

    def states(self) -> dict[Variant, dict[str, Tensor]]:
        """Return every variant of this training, with the weights of its network."""
        pose = self.net.pose or self.other_pose
        states = {}
        for points, head in self._heads().items():
            for pose_head in (False, True) if pose is not None else (False,):
                variant = replace(self.variant, points=points, pose_head=pose_head)
                states[variant] = _backbone(self.net) | _prefixed("points", head)
                if pose is not None and pose_head:
                    states[variant] |= _prefixed("pose", pose)
        return states

    def _heads(self) -> dict[int, nn.Linear]:
        """Return the heads of landmarks by number of points."""
        others = {int(points): head for points, head in self.other_points.items()}
        return {self.variant.points: self.net.points, **cast(dict[int, nn.Linear], others)}


def _backbone(net: Pfld) -> dict[str, Tensor]:
    heads = ("points.", "pose.")
    return {name: value for name, value in net.state_dict().items() if not name.startswith(heads)}


def _prefixed(prefix: str, head: nn.Module) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": value for name, value in head.state_dict().items()}
