"""Registers the model families, sub-packages with a `plugin` module, and the data sets."""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from recipes import datasets
from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl


@hookimpl
def register_recipes() -> Iterable[Descriptor]:
    """Return the descriptors of every family; recipes are created on use."""
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


@hookimpl
def register_datasets() -> Iterable[Descriptor]:
    """Return every module of `recipes/datasets`, named after its data set.

    Module names cannot start with a digit, so '_300w' is '300w'.
    """
    modules = sorted(module.name for module in iter_modules(datasets.__path__))
    return [
        Descriptor(name.removeprefix("_"), f"recipes.datasets.{name}:DATASET") for name in modules
    ]
