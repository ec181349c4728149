"""docs/training.md names every setting with its default."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from recipes.shelf.augmentation import PRESETS, Augmentation
from recipes.shelf.landmarks.settings import Settings, settings_of

PAGE = Path(__file__).parents[3] / "docs" / "training.md"


def rows(column: int = 2) -> dict[str, str]:
    """Return the text of each setting's value by name; column 2 has the defaults."""
    found: dict[str, str] = {}
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        names = re.findall(r"`(\w+)`", cells[1]) if len(cells) > 3 else []
        values = re.split(r"; |, ", cells[column]) if names else []
        if len(names) == len(values):
            found |= dict(zip(names, values, strict=True))
    return found


@pytest.mark.parametrize("owner", [Settings(), Augmentation()], ids=["training", "augmentation"])
def test_every_setting_is_there_with_its_default(owner: Settings | Augmentation) -> None:
    page = rows()
    names = {field.name for field in fields(owner)} - {"augmentation"}
    assert names <= page.keys()
    assert settings_of({name: page[name] for name in names}) == Settings()


def test_every_value_of_the_gentle_augmentation_is_there() -> None:
    names = {field.name for field in fields(Augmentation)}
    values = {name: text for name, text in rows(column=3).items() if name in names}
    assert values.keys() == names
    assert settings_of(values).augmentation == PRESETS["gentle"]


def test_the_command_of_the_seeds_has_settings_that_exist() -> None:
    words = dict(re.findall(r"--set ([a-z_]+)=([^\s`]+)", PAGE.read_text("utf-8")))
    assert settings_of(words).pose_weighting
