"""The settings of a training of DAN: its defaults among those of all landmark networks."""

from dataclasses import replace

from recipes.shelf.augmentation import PRESETS
from recipes.shelf.landmarks.settings import Settings

__all__ = ["DEFAULTS"]

DEFAULTS = Settings(
    epochs=140,
    pose_branch=False,
    teach_once=True,
    augmentation=replace(PRESETS["gentle"], rotation_deg=20.0),
)
