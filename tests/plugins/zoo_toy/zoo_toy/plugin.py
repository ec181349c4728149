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
    """Return the boards."""
    return [
        Descriptor("toyboard", "zoo_toy.toyboard:TARGET"),
        Descriptor("toychip", "zoo_toy.toychip:TARGET"),
    ]


@hookimpl
def register_schemes() -> Iterable[Descriptor]:
    """Return the scheme."""
    return [Descriptor("toy-w8a8", "zoo_toy.toy_scheme:SCHEME")]


@hookimpl
def register_ops() -> Iterable[Descriptor]:
    """Return the ops."""
    return [
        Descriptor("toy_bump", "zoo_toy.toy_bump:OP"),
        Descriptor("toy_depth_to_space", "zoo_toy.toy_depth_to_space:OP"),
    ]


@hookimpl
def register_lowerings() -> Iterable[Descriptor]:
    """Return what C and TFLite make of one op; the other needs none."""
    return [
        Descriptor("c/toy_depth_to_space", "zoo_toy.toy_depth_to_space:lower_to_c"),
        Descriptor("tflite/toy_depth_to_space", "zoo_toy.toy_depth_to_space:lower_to_tflite"),
    ]


@hookimpl
def register_compilers() -> Iterable[Descriptor]:
    """Return what writes the chip's files."""
    return [Descriptor("toychip", "zoo_toy.toychip:COMPILER")]


@hookimpl
def register_executors() -> Iterable[Descriptor]:
    """Return what runs the chip's files here."""
    return [Descriptor("toychip", "zoo_toy.toychip:EXECUTOR")]


@hookimpl
def register_apps() -> Iterable[Descriptor]:
    """Return the program for the chip."""
    return [Descriptor("cpp-toychip", "zoo_toy.toychip_app:APP")]


@hookimpl
def register_packages() -> Iterable[Descriptor]:
    """Return the form in which it goes to the chip."""
    return [Descriptor("toyfw", "zoo_toy.toy_firmware:PACKAGE")]


@hookimpl
def register_datasets() -> Iterable[Descriptor]:
    """Return the reader of labelled data."""
    return [Descriptor("toy_places", "zoo_toy.toy_places:DATASET")]


@hookimpl
def register_steps() -> Iterable[Descriptor]:
    """Return the contract steps."""
    names = ("toy_boxes", "toy_place", "toy_stretch")
    return [Descriptor(name, f"zoo_toy.{name}:STEP") for name in names]
