"""Training of DAN: first the one stage, then the second on top of it."""

from pathlib import Path

from recipes.dan.checkpoint import FAMILY
from recipes.dan.settings import DEFAULTS
from recipes.dan.training_net import TrainingNet
from recipes.dan.variants import VARIANTS
from recipes.shelf.checkpoint import save_state
from recipes.shelf.landmarks.settings import settings_of
from recipes.shelf.landmarks.training import check_held_out, prepare
from zoo.errors import UsageError
from zoo.recipe import Recipe
from zoo.training import TrainOptions

__all__ = ["train"]


def train(recipe: Recipe, options: TrainOptions) -> Path:
    """Train, or resume an interrupted training in the folder; return the weights' path.

    Also writes logs, checkpoints and the record.
    """
    variant, settings = VARIANTS[recipe.name], settings_of(options.settings, DEFAULTS)
    if variant.stages == 2 and options.start is None:
        raise UsageError(
            f"{recipe.name}: its first stage is trained before; give the folder of a training of "
            f"{variant.first.name} with --start"
        )
    training = prepare(recipe, variant.points, options, settings)
    net = TrainingNet(variant, training.layouts[1:], settings.pose_branch, options.seed)
    if options.start is not None:
        learned = net.start_from(options.start)
        check_held_out(options.start, learned.name, options.seed)
    training.fit(net, FAMILY)
    training.write_record(DEFAULTS)
    weights = options.out / f"{variant.name}.safetensors"
    save_state(net.net.state_dict(), weights)
    return weights
