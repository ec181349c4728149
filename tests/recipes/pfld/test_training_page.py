"""docs/training.md names every setting with its default."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from recipes.pfld.settings import Settings, settings_of
from recipes.shelf.augmentation import Augmentation

PAGE = Path(__file__).parents[3] / "docs" / "training.md"


def rows() -> dict[str, str]:
    """Return the text of each setting's default by name."""
    found = {}
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        names = re.findall(r"`(\w+)`", cells[1]) if len(cells) > 3 else []
        defaults = re.split(r"; |, ", cells[2]) if names else []
        found |= dict(zip(names, defaults, strict=len(names) > 1))
    return found


@pytest.mark.parametrize("owner", [Settings(), Augmentation()], ids=["training", "augmentation"])
def test_every_setting_is_there_with_its_default(owner: Settings | Augmentation) -> None:
    page = rows()
    names = {field.name for field in fields(owner)} - {"augmentation"}
    assert names <= page.keys()
    assert settings_of({name: page[name] for name in names}) == Settings()


def test_the_command_of_the_seeds_has_settings_that_exist() -> None:
    words = dict(re.findall(r"--set ([a-z_]+)=(\S+)", PAGE.read_text("utf-8")))
    assert settings_of(words).pose_weighting
