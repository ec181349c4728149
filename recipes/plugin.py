"""Registers the model families of this folder: each sub-package that has a `plugin` module."""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl


@hookimpl
def register_recipes() -> Iterable[Descriptor]:
    """Return the descriptors of every family; a recipe itself is made when it is used."""
    folder = Path(__file__).parent
    families = [
        module.name
        for module in iter_modules([str(folder)])
        if module.ispkg and (folder / module.name / "plugin.py").is_file()
    ]
    return [
        descriptor
        for family in sorted(families)
        for descriptor in import_module(f"recipes.{family}.plugin").recipes()
    ]
