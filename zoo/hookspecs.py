"""The complete interface between the zoo and its plugins. Entry-point group: `zoo`.

Every hook returns lightweight descriptors; the objects they name are imported on use.
"""

from collections.abc import Iterable

import pluggy

from zoo.descriptor import Descriptor

__all__ = [
    "hookimpl",
    "hookspec",
    "register_apps",
    "register_compilers",
    "register_datasets",
    "register_describers",
    "register_executors",
    "register_formats",
    "register_importers",
    "register_lowerings",
    "register_ops",
    "register_packages",
    "register_pruners",
    "register_quantizers",
    "register_recipes",
    "register_renderers",
    "register_schemes",
    "register_steps",
    "register_targets",
]

hookspec = pluggy.HookspecMarker("zoo")
hookimpl = pluggy.HookimplMarker("zoo")


@hookspec
def register_recipes() -> Iterable[Descriptor]:  # type: ignore[empty-body]
    """Models, trainable or published: zoo.recipe.Recipe."""


@hookspec
def register_targets() -> Iterable[Descriptor]:  # type: ignore[empty-body]
    """Boards: zoo.target.Target."""


@hookspec
def register_schemes() -> Iterable[Descriptor]:  # type: ignore[empty-body]
    """Quantization schemes: zoo.scheme.Scheme."""


@hookspec
def register_ops() -> Iterable[Descriptor]:  # type: ignore[empty-body]
    """Ops of the Graph: zoo.op.Op."""


@hookspec
def register_lowerings() -> Iterable[Descriptor]:  # type: ignore[empty-body]
    """Functions that lower an op to an artifact, named 'tflite/conv': zoo.lowering."""


@hookspec
def register_steps() -> Iterable[Descriptor]:  # type: ignore[empty-body]
    """Steps of contracts: zoo.step.PreStep, zoo.step.PostStep, zoo.step.TrackStep."""


@hookspec
def register_formats() -> Iterable[Descriptor]:  # type: ignore[empty-body]
    """File formats that hold a Graph: zoo.plugs.Format; `onnx` is the hub."""


@hookspec
def register_importers() -> Iterable[Descriptor]:  # type: ignore[empty-body]
    """Readers of users' network files: zoo.plugs.Importer."""


@hookspec
def register_pruners() -> Iterable[Descriptor]:  # type: ignore[empty-body]
    """Methods that make a float Graph smaller: zoo.plugs.Pruner."""


@hookspec
def register_quantizers() -> Iterable[Descriptor]:  # type: ignore[empty-body]
    """Quantization methods, named as in --quant: zoo.plugs.Quantizer."""


@hookspec
def register_compilers() -> Iterable[Descriptor]:  # type: ignore[empty-body]
    """Compilers from a Graph to a kind of artifact: zoo.plugs.Compiler."""


@hookspec
def register_executors() -> Iterable[Descriptor]:  # type: ignore[empty-body]
    """Host programs that run an artifact for verification: zoo.plugs.Executor."""


@hookspec
def register_apps() -> Iterable[Descriptor]:  # type: ignore[empty-body]
    """Generators of a board's standalone app: zoo.plugs.AppGenerator."""


@hookspec
def register_packages() -> Iterable[Descriptor]:  # type: ignore[empty-body]
    """Package formats for bundles, named by file suffix: zoo.plugs.Package."""


@hookspec
def register_datasets() -> Iterable[Descriptor]:  # type: ignore[empty-body]
    """Readers of labelled data, named as in --data NAME:FOLDER: zoo.plugs.Dataset."""


@hookspec
def register_renderers() -> Iterable[Descriptor]:  # type: ignore[empty-body]
    """Source code writers for a compiler's plan, named by language: zoo.plugs.Renderer."""


@hookspec
def register_describers() -> Iterable[Descriptor]:  # type: ignore[empty-body]
    """Readers of chip files, for `zoo show`: zoo.plugs.Describer."""
