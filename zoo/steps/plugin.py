"""Registers every step of this folder; a new file is a new step."""

from collections.abc import Iterable
from pathlib import Path
from pkgutil import iter_modules

from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl

_NOT_STEPS = {
    "box_cells",
    "box_codings",
    "box_parameters",
    "box_scores",
    "exponential",
    "fourier",
    "levels",
    "logarithm",
    "map_axes",
    "plugin",
    "sampling",
    "track_values",
    "turned_sampling",
    "vector",
}


@hookimpl
def register_steps() -> Iterable[Descriptor]:
    """Return a descriptor for each step; its module is imported on use."""
    modules = iter_modules([str(Path(__file__).parent)])
    names = sorted(module.name for module in modules if module.name not in _NOT_STEPS)
    return [Descriptor(name, f"zoo.steps.{name}:STEP") for name in names]
