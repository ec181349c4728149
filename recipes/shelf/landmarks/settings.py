"""All settings of a training, with the best known values as defaults."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any

from recipes.shelf.augmentation import PRESETS, Augmentation
from recipes.shelf.setting_words import setting_value
from zoo.errors import UsageError, suggest

__all__ = ["Settings", "settings_of"]

_POSITIVE = (
    "epochs",
    "batch_size",
    "wing_width",
    "wing_curvature",
    "learning_rate",
    "gradient_norm",
)
_ALLOWED = {
    "loss": ("wing", "l2"),
    "optimizer": ("adamw", "adam"),
    "schedule": ("one_cycle", "cosine", "steps"),
}


@dataclass(frozen=True)
class Settings:
    """Settings of one training; recipes.pfld.ablation measures the effect of each.

    loss: 'wing' or 'l2'.  wing_width, wing_curvature: pixels of the input.
    optimizer: 'adamw' or 'adam'.  schedule of the learning rate: 'one_cycle', 'cosine' (down to
    `final_learning_rate`) or 'steps' (halved after 2/10 and 3/10 of the epochs).
    average_decay: of the exponential moving average of the weights; 0 for none.
    gradient_norm: gradients are clipped to this L2 norm.
    pose_branch: also train yaw, pitch and roll with an auxiliary head, weighted by `pose_weight`.
    pose_weighting, class_weighting: the two factors of PFLD's loss for each face: its pose error,
    and the rarity of its classes.
    other_points_weight: of the landmarks of other layouts; 0 leaves those out.
    distillation_weight: of the teachers' landmarks relative to labels of the same points.
    teach_once: whether teachers see each face a few times before the training, and their landmarks
    join its labels; otherwise they see every crop.
    patience: epochs without improved validation after which training stops; 0 for never.
    precision: a Lightning value; 'auto' is '16-mixed' on CUDA and '32-true' elsewhere.
    """

    epochs: int = 150
    batch_size: int = 64
    validation_fraction: float = 0.05
    loss: str = "wing"
    wing_width: float = 10.0
    wing_curvature: float = 2.0
    optimizer: str = "adamw"
    learning_rate: float = 4e-3
    final_learning_rate: float = 1e-5
    weight_decay: float = 1e-2
    schedule: str = "one_cycle"
    warm_up: float = 0.1
    average_decay: float = 0.998
    gradient_norm: float = 10.0
    pose_branch: bool = True
    pose_weight: float = 5.0
    pose_weighting: bool = False
    class_weighting: bool = False
    other_points_weight: float = 0.5
    distillation_weight: float = 1.0
    teach_once: bool = False
    patience: int = 0
    precision: str = "auto"
    augmentation: Augmentation = field(default_factory=Augmentation)


def settings_of(words: Mapping[str, str], base: Settings | None = None) -> Settings:
    """Return the settings with some changed by name; those of Augmentation have no prefix.

    'augmentation' selects one of PRESETS, which the other settings change.
    Raises UsageError for an unknown name or an invalid value.
    """
    start = base or Settings()
    if "augmentation" in words:
        start = replace(start, augmentation=_preset(words["augmentation"]))
        words = {name: text for name, text in words.items() if name != "augmentation"}
    own, nested = _fields(start), _fields(start.augmentation)
    for name in words:
        if name not in own and name not in nested:
            known = [*own, "augmentation", *nested]
            raise UsageError(f"unknown setting '{name}'{suggest(name, known)}")
    changed = {n: _value(n, text, getattr(start, n)) for n, text in words.items() if n in own}
    turned = {
        n: _value(n, text, getattr(start.augmentation, n))
        for n, text in words.items()
        if n in nested
    }
    augmentation = replace(start.augmentation, **turned)
    return replace(start, **changed, augmentation=augmentation)


def _preset(name: str) -> Augmentation:
    if name not in PRESETS:
        raise UsageError(f"setting 'augmentation' is '{name}'; allowed: {', '.join(PRESETS)}")
    return PRESETS[name]


def _fields(value: Any) -> dict[str, Field[Any]]:  # noqa: ANN401 (any dataclass)
    return {f.name: f for f in fields(value) if f.name != "augmentation"}


def _value(name: str, text: str, default: object) -> Any:  # noqa: ANN401 (as the default)
    return setting_value(name, text, default, _ALLOWED.get(name), name in _POSITIVE)
