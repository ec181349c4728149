"""Lowers a Graph to ONNX for TensorRT, and to an engine if one can be built here."""

from compilers.tensorrt.build import SCRIPT, TOOLS, build_here, build_script
from compilers.tensorrt.capabilities import capabilities, require_capable
from compilers.tensorrt.engine import (
    ENGINE,
    ONNX,
    Engine,
    engine_files,
    float_layers,
    weighted_nodes,
)
from compilers.tensorrt.engine_run import check_on_gpu
from compilers.tensorrt.gpu import Gpu
from compilers.tensorrt.network_file import network_file, require_symmetric
from zoo.artifact import Artifact, Exactness, float_requantization
from zoo.capability import Capability
from zoo.errors import RefusedError
from zoo.graph import Graph
from zoo.plugs import Compiler
from zoo.scheme import Scheme
from zoo.target import Target

__all__ = ["COMPILER", "TensorrtCompiler"]

FLOAT32 = Exactness(1e-4, "relative", "TensorRT sums float32 in another order")
FLOAT16 = Exactness(2e-2, "relative", "weights and activations have 11 significant bits")

NOT_RUN = f"not run on TensorRT: the proof runs {ONNX} node by node in ONNX Runtime"
RUN_ASIDE = f"the steps of the proof run {ONNX} node by node in ONNX Runtime"

# PFLD on random pixels differs by up to 4, while ONNX Runtime's bound is 3 for its fused kernels:
# here every product and sum before a rounding is rounded to float32, as in TensorRT's kernels.
_OF_FUSED_KERNELS = 2

_PRECISIONS = {"float32": "fp32", "float16": "fp16"}
_BOUNDS = {"fp32": FLOAT32, "fp16": FLOAT16}


class TensorrtCompiler(Compiler):
    """Supports the schemes float32, float16 and w8a8-sym, if the chip does."""

    name = "tensorrt"
    tools = TOOLS

    def capabilities(
        self,
        graph: Graph,
        target: Target,
        scheme: Scheme | None = None,  # noqa: ARG002
    ) -> tuple[Capability, ...]:
        """Return which nodes of the graph TensorRT reads."""
        return capabilities(graph, target)

    def lower(self, graph: Graph, target: Target, scheme: str) -> Artifact:
        """Return model.onnx, engine.json and build_engine.sh; an engine if it can be built.

        scheme: 'float32', 'float16', or that of the integer graph.
        Raises RefusedError for a precision that the chip lacks, for integers that TensorRT lacks,
        and if graph and scheme do not match; UnsupportedOpError for an op that its TensorRT does
        not read; ToolchainError if the builder fails; VerifyError if the GPU is present and the
        engine exceeds its bound.
        """
        gpu = Gpu.of(target)
        precision = _precision(graph, scheme, gpu)
        require_capable(graph, target)
        onnx = network_file(graph, precision, gpu)
        engine = build_here(onnx, precision, gpu)
        files = {
            ONNX: onnx,
            SCRIPT: build_script(onnx, precision, gpu).encode(),
            **engine_files(onnx, precision, gpu, engine),
        }
        exactness = _BOUNDS.get(precision) or _integer_exactness(graph)
        on_gpu = check_on_gpu(graph, engine, gpu, exactness) if engine else ""
        notes = (
            f"{on_gpu}; {RUN_ASIDE}" if on_gpu else NOT_RUN,
            *_engine_notes(onnx, precision, gpu, engine),
        )
        return Artifact(self.name, ONNX, files, exactness, notes)


def _precision(graph: Graph, scheme: str, gpu: Gpu) -> str:
    """Return 'fp32', 'fp16' or 'int8'; raises RefusedError."""
    if graph.is_quantized:
        precision = "int8"
        require_symmetric(graph, gpu.name)
    elif scheme in _PRECISIONS:
        precision = _PRECISIONS[scheme]
    else:
        raise RefusedError(
            f"{gpu.name}: graph '{graph.name}' is float, the scheme '{scheme}' needs integers; "
            "quantize it first"
        )
    if precision not in gpu.precisions:
        raise RefusedError(
            f"{gpu.name}: compute capability {gpu.compute_capability} has no {precision}; it "
            f"computes in {', '.join(gpu.precisions)}: use another --quant"
        )
    return precision


def _integer_exactness(graph: Graph) -> Exactness:
    requantized = float_requantization(graph)
    bound = _OF_FUSED_KERNELS * requantized.bound
    return Exactness(bound, requantized.unit, f"{requantized.why}, and so may the sums before")


def _engine_notes(onnx: bytes, precision: str, gpu: Gpu, engine: Engine | None) -> tuple[str, ...]:
    if engine is None:
        return (
            f"no engine was built here, because that needs {_needed(gpu)}; {SCRIPT} builds it on "
            "the board, with TensorRT",
        )
    built = (
        f"{ENGINE} was built by {engine.runtime} {engine.version} for compute capability "
        f"{gpu.compute_capability}; engine builds are not reproducible, so the engine and its "
        f"digests may differ between builds of this bundle; {ONNX} is pinned"
    )
    return (built, _layer_note(onnx, engine)) if precision == "int8" else (built,)


def _needed(gpu: Gpu) -> str:
    """Return what is needed to build an engine here."""
    with_gpu = f"tensorrt with a GPU of compute capability {gpu.compute_capability}"
    return f"tensorrt_rtx, or {with_gpu}" if "tensorrt_rtx" in gpu.builders else with_gpu


def _layer_note(onnx: bytes, engine: Engine) -> str:
    """Return which convolutions and dense layers the engine computes in int8."""
    nodes = weighted_nodes(onnx)
    if not engine.layers:
        return "the engine's layers were not inspected: its builder does not list them"
    floats = float_layers(engine.layers, nodes)
    found = f"{len(nodes) - len(floats)} of {len(nodes)} convolutions and dense layers are int8"
    return f"{found}; in float: {', '.join(floats)}" if floats else found


COMPILER = TensorrtCompiler()
