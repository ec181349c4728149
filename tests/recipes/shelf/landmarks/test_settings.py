"""Settings by name, and what is said where they do not fit."""

from dataclasses import replace

import pytest

from recipes.shelf.augmentation import PRESETS
from recipes.shelf.landmarks.settings import Settings, settings_of
from zoo.errors import UsageError


def test_words_become_values_of_the_right_type() -> None:
    words = {"epochs": "3", "loss": "l2", "pose_weighting": "true", "contrast": "0.5,1.5"}
    settings = settings_of(words)
    assert (settings.epochs, settings.loss, settings.pose_weighting) == (3, "l2", True)
    assert settings.augmentation.contrast == (0.5, 1.5)


def test_a_preset_of_the_augmentation_is_changed_by_other_words_wherever_they_stand() -> None:
    settings = settings_of({"shift": "0.03", "augmentation": "gentle"})
    assert settings.augmentation == replace(PRESETS["gentle"], shift=0.03)


def test_nothing_said_is_the_default() -> None:
    assert settings_of({}) == Settings()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("epoch", "3", "unknown setting 'epoch'; did you mean epochs"),
        ("epochs", "0", "setting 'epochs' is '0'; expected a number above 0"),
        ("wing_width", "nan", "setting 'wing_width' is 'nan'; expected a finite number like 10"),
        ("wing_width", "-1", "setting 'wing_width' is '-1'; expected a number above 0"),
        ("validation_fraction", "nan", "'validation_fraction' is 'nan'; expected a finite number"),
        ("weight_decay", "inf", "setting 'weight_decay' is 'inf'; expected a finite number"),
        ("contrast", "1,1e999", "setting 'contrast' is '1,1e999'; expected two finite numbers"),
        ("epochs", "many", "setting 'epochs' is 'many'; expected a value like 150"),
        ("pose_branch", "perhaps", "setting 'pose_branch' is 'perhaps'; expected true or false"),
        ("contrast", "1", "setting 'contrast' is '1'; expected two finite numbers 'low,high'"),
        ("loss", "l3", "setting 'loss' is 'l3'; allowed: wing, l2"),
        ("optimizer", "sgd", "setting 'optimizer' is 'sgd'; allowed: adamw, adam"),
        ("augmentation", "wild", "setting 'augmentation' is 'wild'; allowed: strong, gentle"),
        ("schedule", "flat", "setting 'schedule' is 'flat'; allowed: one_cycle, cosine, steps"),
    ],
)
def test_wrong_words(name: str, value: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        settings_of({name: value})
