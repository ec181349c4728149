"""Measures two stages in float, with one of the numbers between them in 8 bits.

    python -m recipes.dan.eight_bits MODEL WEIGHTS TEST_FACES

That is what quantization of every tensor does to an alignment that is made of standard ops. Steps
are those of the batch's own range.
"""

from pathlib import Path

import click
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from recipes.dan.alignment import Similarity, heatmap, similarity, warped
from recipes.dan.checkpoint import load_net
from recipes.dan.net import Dan2
from recipes.dan.recipe import recipe
from recipes.dan.variants import VARIANTS
from recipes.shelf.checkpoint import as_run
from recipes.shelf.landmark_evaluation import evaluate
from recipes.shelf.landmarks.mean_face import mean_face
from zoo.cli.entry import enter

__all__ = ["PARTS", "Rounded"]

PARTS = ("nothing", "offsets", "landmarks", "matrix", "grid")
_STEPS = 255


class Rounded(nn.Module):
    """The network with a part between its stages in 8 bits. forward: as Dan2."""

    def __init__(self, net: Dan2, part: str) -> None:
        super().__init__()
        self.net, self.part = net, part

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """image: [N, 1, S, S]."""
        net, side = self.net, image.shape[2]
        mean = torch.tensor(mean_face(net.points.out_features // 2))
        features = net.first.features(image)
        offsets = self._stored("offsets", net.first.points(features).view(-1, *mean.shape))
        places = self._stored("landmarks", mean + offsets)
        turn = self._matrix(similarity(places, mean))
        picture = self._sampled(image, turn) if self.part == "grid" else warped(image, turn)
        seen = turn.apply(places)
        pictures = torch.cat([picture, heatmap(seen, side), net.connection(features)], dim=1)
        correction = net.points(net.second.features(net.norm(pictures))).view(-1, *mean.shape)
        return ((turn.undo(seen + correction) - mean).flatten(1),)

    def _stored(self, part: str, values: Tensor) -> Tensor:
        return _in_8_bits(values) if part == self.part else values

    def _matrix(self, turn: Similarity) -> Similarity:
        numbers = self._stored("matrix", torch.cat([turn.a, turn.b, turn.shift[:, 0]], dim=1))
        return Similarity(numbers[:, :1], numbers[:, 1:2], numbers[:, None, 2:])

    def _sampled(self, image: Tensor, turn: Similarity) -> Tensor:
        side = image.shape[2]
        centres = (torch.arange(side) + 0.5) / side
        frame = torch.stack(torch.meshgrid(centres, centres, indexing="xy"), dim=2).view(1, -1, 2)
        grid = 2 * turn.undo(frame.expand(len(image), -1, -1)) - 1
        grid = _in_8_bits(grid).view(-1, side, side, 2)
        return F.grid_sample(image, grid, padding_mode="border", align_corners=False)


def _in_8_bits(values: Tensor) -> Tensor:
    """Return the nearest of 256 steps between the least and the largest value, and 0."""
    low, high = values.min().clamp_max(0), values.max().clamp_min(0)
    step = (high - low) / _STEPS
    return torch.round(values / step) * step


@click.command()
@click.argument("model", type=click.Choice([n for n, v in VARIANTS.items() if v.stages == 2]))
@click.argument("weights", type=click.Path(path_type=Path))
@click.argument("data", type=click.Path(path_type=Path))
def main(model: str, weights: Path, data: Path) -> None:
    """Print the error of MODEL with each part in 8 bits."""
    variant = VARIANTS[model]
    made, net = recipe(variant), load_net(variant, weights)
    assert isinstance(net, Dan2)
    for part in PARTS:
        measured = evaluate(made, as_run(Rounded(net, part), made), data)
        click.echo(f"{part}: {measured.metrics[made.metric]:.3f} %")


if __name__ == "__main__":
    enter(main, "python -m recipes.dan.eight_bits")
