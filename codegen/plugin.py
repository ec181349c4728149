"""Registers the app generators, and the writers of programs."""

from collections.abc import Iterable

from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl


@hookimpl
def register_apps() -> Iterable[Descriptor]:
    """Return one app generator per inference back end."""
    return [
        Descriptor("android", "codegen.android:APP"),
        Descriptor("cpp-c", "codegen.c_app:APP"),
        Descriptor("cpp-litert", "codegen.litert:APP"),
        Descriptor("cpp-onnxruntime", "codegen.onnxruntime:APP"),
        Descriptor("cpp-onnxruntime-arm", "codegen.onnxruntime_arm:APP"),
        Descriptor("cpp-tensorrt", "codegen.tensorrt:APP"),
        Descriptor("cpp-tensorrt-jetson", "codegen.tensorrt:JETSON_APP"),
        Descriptor("cpp-vart", "codegen.vart:APP"),
    ]


@hookimpl
def register_packages() -> Iterable[Descriptor]:
    """Return the forms in which bundles go to boards."""
    return [
        Descriptor("deb", "codegen.packages:DEB"),
        Descriptor("tar.gz", "codegen.packages:TAR_GZ"),
    ]


@hookimpl
def register_renderers() -> Iterable[Descriptor]:
    """Return one writer for each language."""
    return [Descriptor("c99", "codegen.c99:RENDERER")]
