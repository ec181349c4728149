"""What this distribution adds: names, and where to import the rest from when it is used."""

from collections.abc import Iterable

from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl


@hookimpl
def register_recipes() -> Iterable[Descriptor]:
    """Return the model."""
    return [Descriptor("toy_tiny.pictures", "zoo_toy.recipe:RECIPE", aliases=("toy",))]


@hookimpl
def register_targets() -> Iterable[Descriptor]:
    """Return the board."""
    return [Descriptor("toyboard", "zoo_toy.toyboard:TARGET")]


@hookimpl
def register_datasets() -> Iterable[Descriptor]:
    """Return the reader of labelled data."""
    return [Descriptor("toy_places", "zoo_toy.toy_places:DATASET")]


@hookimpl
def register_steps() -> Iterable[Descriptor]:
    """Return the contract step."""
    return [Descriptor("toy_place", "zoo_toy.toy_place:STEP")]
