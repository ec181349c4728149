"""Lowers a Graph to a model.tflite for LiteRT: int8, float16 or float32."""

from compilers.tflite.encode import encode
from compilers.tflite.half_precision import to_float16
from compilers.tflite.half_up import is_exact, round_half_up
from compilers.tflite.lower import capabilities, lower
from compilers.tflite.schema import TOOLS
from compilers.tflite.standard_metadata import add_standard_metadata
from compilers.tflite.tflite import TfliteModel
from zoo.artifact import Artifact, Exactness, float_requantization
from zoo.capability import Capability
from zoo.errors import RefusedError, suggest
from zoo.graph import Graph
from zoo.plugs import Compiler
from zoo.scheme import FLOAT_SCHEMES, Scheme
from zoo.target import Target

__all__ = ["COMPILER", "TfliteCompiler"]

MAIN = "model.tflite"

BORDER_FACT = "tensor_border"
"""A target's fact: 'integer' if its app feeds and reads integers, otherwise 'float'."""
_KINDS = ("float", "integer")

FLOAT32 = Exactness(1e-4, "relative", "LiteRT sums float32 in another order")

FLOAT16 = Exactness(
    2e-2, "relative", "weights, and on some chips activations, have 11 significant bits"
)
EXACT = Exactness(
    0,
    "lsb",
    "all scales are powers of two: sums and products are exact, and layers are written so that "
    "LiteRT rounds ties up",
)

# Single ops differ by at most 1. PFLD on random pixels differs by up to 5, while ONNX Runtime's
# bound is 3: XNNPACK's ADD is less exact than a product with a float32 factor.
_OF_ONNX_RUNTIME = 2


class TfliteCompiler(Compiler):
    """Supports schemes with 8-bit activations; weights are unchanged."""

    name = "tflite"
    tools = TOOLS

    def capabilities(
        self,
        graph: Graph,
        target: Target,  # noqa: ARG002
        scheme: Scheme | None = None,  # noqa: ARG002
    ) -> tuple[Capability, ...]:
        """Return which nodes of the graph a file can hold."""
        return capabilities(graph)

    def lower(self, graph: Graph, target: Target, scheme: str) -> Artifact:
        """Return model.tflite: inputs and outputs have the graph's names, images are NHWC.

        They are float32, or int8 for an integer graph if the target's fact tensor_border is
        'integer'.
        scheme: 'float32', 'float16' for its weights, or that of the integer graph.
        Raises RefusedError if graph and scheme do not match, UnsupportedOpError for an op without
        a TFLite form, ToolchainError if the schema is missing.
        """
        if not graph.is_quantized and scheme not in FLOAT_SCHEMES:
            raise RefusedError(
                f"{target.name}: graph '{graph.name}' is float, the scheme '{scheme}' needs "
                f"integers; quantize it first, or use {' or '.join(FLOAT_SCHEMES)}"
            )
        model = lower(graph, integers_at_border=_wants_integers(target))
        if graph.is_quantized:
            exactness, model = _integer_exactness(graph, model), round_half_up(model)
        elif scheme == "float16":
            exactness, model = FLOAT16, to_float16(model)
        else:
            exactness = FLOAT32
        return Artifact(self.name, MAIN, {MAIN: encode(add_standard_metadata(model))}, exactness)


def _wants_integers(target: Target) -> bool:
    """Return whether the app feeds and reads integers; raises RefusedError for other values."""
    kind = str(target.facts.get(BORDER_FACT, "float"))
    if kind not in _KINDS:
        raise RefusedError(
            f"{target.name}: its fact {BORDER_FACT} is '{kind}'{suggest(kind, _KINDS)}; "
            "correct the target"
        )
    return kind == "integer"


def _integer_exactness(graph: Graph, model: TfliteModel) -> Exactness:
    if is_exact(model):
        return EXACT
    requantized = float_requantization(graph)
    return Exactness(
        _OF_ONNX_RUNTIME * requantized.bound,
        requantized.unit,
        f"{requantized.why}, and XNNPACK's ADD and QUANTIZE of integers do so more often",
    )


COMPILER = TfliteCompiler()
