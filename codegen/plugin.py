"""Registers the app generators, package formats and renderers."""

from collections.abc import Iterable

from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl


@hookimpl
def register_apps() -> Iterable[Descriptor]:
    """Return one app for each runtime of a kind of board."""
    return [
        Descriptor("android", "codegen.apps:ANDROID"),
        Descriptor("browser", "codegen.apps:BROWSER"),
        Descriptor("cpp-c", "codegen.apps:CPP_C"),
        Descriptor("cpp-c-arm", "codegen.apps:CPP_C_ARM"),
        Descriptor("cpp-litert", "codegen.apps:CPP_LITERT"),
        Descriptor("cpp-onnxruntime", "codegen.apps:CPP_ONNXRUNTIME"),
        Descriptor("cpp-onnxruntime-arm", "codegen.apps:CPP_ONNXRUNTIME_ARM"),
        Descriptor("cpp-openvino", "codegen.apps:CPP_OPENVINO"),
        Descriptor("cpp-tensorrt", "codegen.apps:CPP_TENSORRT"),
        Descriptor("cpp-tensorrt-jetson", "codegen.apps:CPP_TENSORRT_JETSON"),
        Descriptor("cpp-vart", "codegen.apps:CPP_VART"),
        Descriptor("cpp-vart-tail", "codegen.apps:CPP_VART_TAIL"),
        Descriptor("k210", "codegen.apps:K210"),
        Descriptor("k210-c", "codegen.apps:K210_C"),
        Descriptor("max78000", "codegen.apps:MAX78000"),
    ]


@hookimpl
def register_packages() -> Iterable[Descriptor]:
    """Return the package formats of bundles."""
    return [
        Descriptor("deb", "codegen.packages:DEB"),
        Descriptor("html", "codegen.packages:HTML"),
        Descriptor("kfpkg", "codegen.packages:KFPKG"),
        Descriptor("tar.gz", "codegen.packages:TAR_GZ"),
    ]


@hookimpl
def register_renderers() -> Iterable[Descriptor]:
    """Return one renderer for each language."""
    return [Descriptor("c99", "codegen.c99:RENDERER")]
