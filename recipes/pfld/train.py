"""Training of PFLD: one gives all variants of a width."""

from pathlib import Path

from recipes.pfld.checkpoint import FAMILY
from recipes.pfld.start import start_variant
from recipes.pfld.training_net import TrainingNet
from recipes.pfld.variants import VARIANTS
from recipes.shelf.checkpoint import save_state
from recipes.shelf.landmarks.settings import Settings, settings_of
from recipes.shelf.landmarks.training import check_held_out, prepare
from zoo.recipe import Recipe
from zoo.training import TrainOptions

__all__ = ["train"]


def train(recipe: Recipe, options: TrainOptions) -> Path:
    """Train, or resume an interrupted training in the folder; return the weights' path.

    Also writes logs, checkpoints, the record, and the averaged weights of the variant's siblings
    from the auxiliary heads.
    """
    variant, settings = VARIANTS[recipe.name], settings_of(options.settings)
    training = prepare(recipe, variant.points, options, settings)
    net = TrainingNet(variant, training.layouts[1:], settings.pose_branch, options.seed)
    if options.start is not None:
        net.start_from(options.start)
        learned = start_variant(options.start, variant) or variant
        check_held_out(options.start, learned.name, options.seed)
    training.fit(net, FAMILY)
    training.write_record(Settings())
    return _save(net, recipe.name, options.out)


def _save(net: TrainingNet, name: str, out: Path) -> Path:
    for variant, state in net.states().items():
        save_state(state, out / f"{variant.name}.safetensors")
    return out / f"{name}.safetensors"
