"""The settings of a training of HRNet: its defaults among those of all landmark networks."""

from dataclasses import replace

from recipes.shelf.augmentation import PRESETS
from recipes.shelf.landmarks.settings import Settings

__all__ = ["DEFAULTS"]

DEFAULTS = Settings(
    epochs=60,
    batch_size=32,
    learning_rate=2e-3,
    pose_branch=False,
    teach_once=True,
    augmentation=replace(PRESETS["gentle"], rotation_deg=30.0),
)
