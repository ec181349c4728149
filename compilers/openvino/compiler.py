"""Lowers a Graph to a model.onnx for OpenVINO: float32, float16, or 8-bit integers."""

from dataclasses import replace

from compilers.onnx.compiler import COMPILER as ONNX
from zoo.artifact import Artifact
from zoo.graph import Graph
from zoo.plugs import Compiler
from zoo.target import Target

__all__ = ["COMPILER", "OpenVinoCompiler"]

_FAULT = 10
"""Times what ONNX Runtime may differ. facedet, whose sums are many, differs by three times it."""

_WHY = (
    "OpenVINO fuses a convolution with the addition behind it, without the rounding between them; "
    "more than this limit is taken for a fault, less is measured, not proven"
)

_NOTE = (
    "OpenVINO's integers are not exact: it fuses a convolution with the addition behind it, "
    "without the rounding between them; the certificate says how far the outputs are from the "
    "reference's"
)


class OpenVinoCompiler(Compiler):
    """The file is ONNX Runtime's, the integers are not."""

    name = "openvino"

    def lower(self, graph: Graph, target: Target, scheme: str) -> Artifact:
        """Return model.onnx; raises RefusedError as for ONNX Runtime."""
        artifact = ONNX.lower(graph, target, scheme)
        exactness = artifact.exactness
        notes = artifact.notes
        if graph.is_quantized:
            exactness = replace(exactness, bound=_FAULT * exactness.bound, why=_WHY)
            notes = (*notes, _NOTE)
        elif scheme == "float32":
            exactness = replace(exactness, why="OpenVINO sums float32 in another order")
        return replace(artifact, kind=self.name, exactness=exactness, notes=notes)


COMPILER = OpenVinoCompiler()
