"""The ONNX file that every engine is built from, for one precision of one board."""

from compilers.hub import HUB
from compilers.onnx.half_precision import to_float16
from compilers.passes.verify import run_passes
from compilers.tensorrt.gpu import Gpu
from compilers.tensorrt.one_axis import one_axis
from compilers.tensorrt.opset13 import to_opset13
from compilers.tensorrt.symmetric_form import symmetric_form
from zoo.bench.batch import fix_batch
from zoo.graph import Graph

__all__ = ["network_file"]

PASSES = (fix_batch, one_axis, symmetric_form)
"""Without the last one where the network stays float."""


def network_file(graph: Graph, precision: str, gpu: Gpu) -> bytes:
    """Return the file, the same bytes for the same graph. precision: 'fp32', 'fp16' or 'int8'.

    Where a builder is told the precision by flags, 'fp16' leaves the file in float32: the parser
    of TensorRT 8.2 reads bounds of a Clip as float32 whatever their type is.
    """
    fixed = run_passes(graph, PASSES if precision == "int8" else PASSES[:-1])
    content = HUB.write(fixed)
    if precision == "fp16" and gpu.typing == "strong":
        content = to_float16(content)
    return to_opset13(content, fixed)
