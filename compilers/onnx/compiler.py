"""Lowers a Graph to a model.onnx for ONNX Runtime: float32, float16, or 8-bit integers."""

from compilers.hub import HUB
from compilers.onnx.half_precision import to_float16
from compilers.onnx.integer_clips import clip_integers
from compilers.onnx.integer_form import INTEGER_FORM
from compilers.onnx.resize_by_scales import resize_by_scales
from compilers.passes.verify import run_passes
from zoo.artifact import Artifact, Exactness, float_requantization
from zoo.errors import RefusedError
from zoo.graph import Graph
from zoo.lowering import NodeView
from zoo.plugs import Compiler
from zoo.target import Target

__all__ = ["COMPILER", "OnnxCompiler"]

MAIN = "model.onnx"
_BITS = (8, 16)

FLOAT32 = Exactness(1e-4, "relative", "ONNX Runtime sums float32 in another order")
FLOAT16 = Exactness(
    2e-2, "relative", "weights, and on some CPUs activations, have 11 significant bits"
)


class OnnxCompiler(Compiler):
    """Supports every op, since each has an ONNX form.

    An integer model has uint8 activations and int8 weights. Activations of 16 bits are computed in
    float32 between QuantizeLinear and DequantizeLinear. CPUs without VNNI saturate sums of two
    products at 16 bits, unless the session sets session.x64quantprecision = 1; executor and app do
    so if needed.
    """

    name = "onnx"

    def lower(self, graph: Graph, target: Target, scheme: str) -> Artifact:
        """Return model.onnx.

        scheme: 'float32', 'float16', or that of the integer graph.
        Raises RefusedError if graph and scheme do not match, or ONNX Runtime lacks the rounding.
        """
        if graph.is_quantized:
            return _lower_integer(graph, target)
        content = HUB.write(graph)
        if scheme == "float32":
            return Artifact(self.name, MAIN, {MAIN: content}, FLOAT32)
        if scheme == "float16":
            return Artifact(self.name, MAIN, {MAIN: to_float16(content)}, FLOAT16)
        raise RefusedError(
            f"{target.name}: graph '{graph.name}' is float, the scheme '{scheme}' needs integers; "
            "quantize it first"
        )


def _lower_integer(graph: Graph, target: Target) -> Artifact:
    for tensor in graph.tensors.values():
        grid = tensor.quantization
        if grid is not None and not tensor.is_constant and grid.rounding != "half_even":
            raise RefusedError(
                f"{target.name}: tensor '{tensor.name}' is rounded {grid.rounding}, ONNX Runtime's "
                "integer kernels round half_even; quantize with another scheme, such as w8a8-asym"
            )
    _require_bits(graph)
    lowered = run_passes(graph, INTEGER_FORM)
    content = resize_by_scales(clip_integers(HUB.write(lowered), lowered), lowered)
    return Artifact(COMPILER.name, MAIN, {MAIN: content}, float_requantization(graph))


def _require_bits(graph: Graph) -> None:
    """Refuse activations that ONNX Runtime cannot store."""
    for node in graph.nodes:
        view = NodeView(graph, node)
        for tensor in (*view.inputs, view.output):
            grid = tensor.quantization
            if grid is not None and not tensor.is_constant and grid.bits not in _BITS:
                view.refuse(
                    f"'{tensor.name}' is {grid.dtype}", "quantize activations to 8 or 16 bits"
                )


COMPILER = OnnxCompiler()
