"""Lowers a Graph to a model.tflite for LiteRT: int8, or float32."""

from compilers.tflite.border import wants_integers
from compilers.tflite.encode import encode
from compilers.tflite.lower import lower
from compilers.tflite.schema import TOOLS
from zoo.artifact import Artifact, Exactness, float_requantization
from zoo.errors import RefusedError
from zoo.graph import Graph
from zoo.target import Target

__all__ = ["COMPILER", "TfliteCompiler"]

MAIN = "model.tflite"

FLOAT32 = Exactness(1e-4, "relative", "LiteRT sums float32 in another order")

# Single ops differ by at most 1. PFLD at random pixels differs by up to 5, where ONNX Runtime's
# bound is 3: sums by XNNPACK's ADD are further from exact than products by a float32 factor.
_OF_ONNX_RUNTIME = 2


class TfliteCompiler:
    """Takes schemes of 8-bit activations that round half to even; the weights stay as they are."""

    name = "tflite"
    tools = TOOLS

    def lower(self, graph: Graph, target: Target, scheme: str) -> Artifact:
        """Return model.tflite: inputs and outputs have the graph's names, images are NHWC.

        They are float32, or int8 for an integer graph where the target's fact tensor_border is
        'integer'.
        scheme: 'float32', or that of the integer graph.
        Raises RefusedError where graph and scheme contradict, UnsupportedOpError for an op that
        has no form in TFLite, ToolchainError where the schema is missing.
        """
        if graph.is_quantized:
            _require_half_even(graph, target)
        elif scheme != "float32":
            raise RefusedError(
                f"{target.name}: graph '{graph.name}' is float, the scheme '{scheme}' needs "
                "another form of it; quantize it first, or take float32"
            )
        exactness = _integer_exactness(graph) if graph.is_quantized else FLOAT32
        model = lower(graph, integers_at_border=wants_integers(target))
        return Artifact(self.name, MAIN, {MAIN: encode(model)}, exactness)


def _integer_exactness(graph: Graph) -> Exactness:
    requantized = float_requantization(graph)
    return Exactness(
        _OF_ONNX_RUNTIME * requantized.bound,
        requantized.unit,
        f"{requantized.why}, and XNNPACK's ADD and QUANTIZE of integers do so more often",
    )


def _require_half_even(graph: Graph, target: Target) -> None:
    for tensor in graph.tensors.values():
        grid = tensor.quantization
        if grid is not None and not tensor.is_constant and grid.rounding != "half_even":
            raise RefusedError(
                f"{target.name}: tensor '{tensor.name}' is rounded {grid.rounding}, LiteRT's "
                "integer kernels round half_even; quantize by another scheme, such as w8a8-asym"
            )


COMPILER = TfliteCompiler()
