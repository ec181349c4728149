"""Registers the app generators."""

from collections.abc import Iterable

from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl


@hookimpl
def register_apps() -> Iterable[Descriptor]:
    """Return one app generator per inference back end."""
    return [Descriptor("cpp-onnxruntime", "codegen.onnxruntime:APP")]
