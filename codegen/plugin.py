"""Registers the app generators, package formats and renderers."""

from collections.abc import Iterable

from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl


@hookimpl
def register_apps() -> Iterable[Descriptor]:
    """Return one app for each runtime of a kind of board."""
    return [
        Descriptor("android", "codegen.apps.android:ANDROID"),
        Descriptor("browser", "codegen.apps.browser:BROWSER"),
        Descriptor("cpp-c", "codegen.apps.pc:CPP_C"),
        Descriptor("cpp-c-arm", "codegen.apps.raspberry_pi:CPP_C_ARM"),
        Descriptor("cpp-litert", "codegen.apps.raspberry_pi:CPP_LITERT"),
        Descriptor("cpp-onnxruntime", "codegen.apps.pc:CPP_ONNXRUNTIME"),
        Descriptor("cpp-onnxruntime-arm", "codegen.apps.raspberry_pi:CPP_ONNXRUNTIME_ARM"),
        Descriptor("cpp-openvino", "codegen.apps.pc:CPP_OPENVINO"),
        Descriptor("cpp-tensorrt", "codegen.apps.nvidia:CPP_TENSORRT"),
        Descriptor("cpp-tensorrt-jetson", "codegen.apps.nvidia:CPP_TENSORRT_JETSON"),
        Descriptor("cpp-vart", "codegen.apps.kria:CPP_VART"),
        Descriptor("cpp-vart-tail", "codegen.apps.kria:CPP_VART_TAIL"),
        Descriptor("k210", "codegen.apps.k210:K210"),
        Descriptor("k210-c", "codegen.apps.k210:K210_C"),
        Descriptor("max78000", "codegen.apps.max78000:MAX78000"),
    ]


@hookimpl
def register_packages() -> Iterable[Descriptor]:
    """Return the package formats of bundles."""
    return [
        Descriptor("deb", "codegen.packages.debian:DEB"),
        Descriptor("html", "codegen.packages.page:HTML"),
        Descriptor("kfpkg", "codegen.packages.flash:KFPKG"),
        Descriptor("tar.gz", "codegen.packages.archive:TAR_GZ"),
    ]


@hookimpl
def register_renderers() -> Iterable[Descriptor]:
    """Return one renderer for each language."""
    return [Descriptor("c99", "codegen.c99:RENDERER")]
