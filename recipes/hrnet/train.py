"""Training of HRNet."""

from pathlib import Path

from recipes.hrnet.settings import DEFAULTS
from recipes.hrnet.training_net import TrainingNet
from recipes.hrnet.variants import VARIANTS
from recipes.shelf.checkpoint import save_state
from recipes.shelf.landmarks.heatmap_task import HeatmapTask
from recipes.shelf.landmarks.settings import settings_of
from recipes.shelf.landmarks.training import check_held_out, prepare
from zoo.errors import UsageError
from zoo.recipe import Recipe
from zoo.training import TrainOptions

__all__ = ["train"]

_OF_OTHERS = {"loss", "wing_width", "wing_curvature"}
"""Settings of networks that give places instead of maps."""


def train(recipe: Recipe, options: TrainOptions) -> Path:
    """Train, or resume an interrupted training in the folder; return the weights' path.

    Also writes logs, checkpoints and the record.
    """
    variant, settings = VARIANTS[recipe.name], settings_of(options.settings, DEFAULTS)
    for name in sorted(_OF_OTHERS & set(options.settings)):
        raise UsageError(
            f"setting '{name}': {recipe.name} learns maps by squared differences; leave it out"
        )
    training = prepare(recipe, variant.points, options, settings)
    net = TrainingNet(variant, training.layouts[1:], settings.pose_branch, options.seed)
    if options.start is not None:
        net.start_from(options.start)
        check_held_out(options.start, variant.name, options.seed)
    training.fit(net, None, HeatmapTask)
    training.write_record(DEFAULTS)
    weights = options.out / f"{variant.name}.safetensors"
    save_state(net.net.state_dict(), weights)
    return weights
