"""Lowers an integer Graph to the .xmodel of AMD's DPU."""

from compilers.xmodel.check import check_quantized
from compilers.xmodel.encode import encode
from compilers.xmodel.lower import lower
from compilers.xmodel.powers_of_two import require_powers_of_two
from zoo.artifact import Artifact, Exactness
from zoo.graph import Graph
from zoo.target import Target

__all__ = ["COMPILER", "XmodelCompiler"]

QUANTIZED = "model.quantized.xmodel"

EXACT = Exactness(0, "lsb", "every value is an integer over a power of two, exact in float32")


class XmodelCompiler:
    """Takes the scheme dpu-pow2."""

    name = "xmodel"

    def lower(self, graph: Graph, target: Target, scheme: str) -> Artifact:  # noqa: ARG002
        """Return the quantized file.

        Raises RefusedError for a float graph or another scheme, UnsupportedOpError for an op that
        has no form in XIR.
        """
        require_powers_of_two(graph, target.name)
        lowered = lower(graph)
        check_quantized(lowered, QUANTIZED)
        return Artifact(self.name, QUANTIZED, {QUANTIZED: encode(lowered)}, EXACT)


COMPILER = XmodelCompiler()
