"""Renderer 'c99': a planned integer network as readable C99."""

from collections.abc import Mapping
from pathlib import Path

from codegen.c_kernels import KernelsCode, kernels_code
from codegen.c_network import NetworkCode, network_code
from codegen.templates import render
from zoo.c_program import CProgram

__all__ = ["RENDERER", "C99Renderer"]

_FORMS = ("x86/x86", "x86/avx2", "x86/avx512", "arm/neon", "arm/dsp", "arm/mve", "wasm/simd128")
"""Templates of the forms of kernels for some processors."""


class C99Renderer:
    """network.h is the user's interface, network.c the network, with separate kernels and weights.

    network_rows.h: for programs with threads, which define NETWORK_THREADS.
    network_x86.h, network_avx2.h, network_avx512.h, network_neon.h, network_dsp.h, network_mve.h,
    network_simd128.h: only if a kernel has faster forms for some processors.  The files of a part
    of a program begin with its role instead.
    """

    name = "c99"

    def render(self, program: CProgram) -> Mapping[str, bytes]:
        """Return the files by name."""
        network: NetworkCode = network_code(program)
        kernels: KernelsCode = kernels_code(program)
        files = {}
        for part in ("", "_kernels", "_weights"):
            for suffix in ("h", "c"):
                template = f"c/{part.lstrip('_') or 'network'}.{suffix}.j2"
                files[f"{program.prefix}{part}.{suffix}"] = render(
                    template, network=network, kernels=kernels
                )
        files[f"{program.prefix}_rows.h"] = render("c/rows.h.j2", network=network)
        if kernels.has("x86"):
            for form in _FORMS:
                files[f"{program.prefix}_{Path(form).name}.h"] = render(
                    f"c/{form}.h.j2", network=network, kernels=kernels
                )
        return files


RENDERER = C99Renderer()
