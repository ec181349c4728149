"""Renderer 'c99': a planned integer network as C99 that a person can read."""

from collections.abc import Mapping

from codegen.c_kernels import KernelsCode, kernels_code
from codegen.c_network import NetworkCode, network_code
from codegen.templates import render
from zoo.c_program import CProgram

__all__ = ["RENDERER", "C99Renderer"]


class C99Renderer:
    """network.h is what the user calls, network.c the network, and below it kernels and weights.

    network_x86.h: where a kernel has faster forms for processors of PCs.
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
                files[f"network{part}.{suffix}"] = render(
                    template, network=network, kernels=kernels
                )
        if kernels.tiles:
            files["network_x86.h"] = render("c/x86.h.j2", kernels=kernels)
        return files


RENDERER = C99Renderer()
