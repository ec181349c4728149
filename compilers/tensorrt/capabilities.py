"""Reports node by node whether TensorRT on a board reads it, and if not, why.

Limits: docs/operators.md of the version's ONNX parser; the limit of pools is in its sources
(`poolingHelper`) since 8.2 and documented since 10.0.
"""

from collections.abc import Mapping
from functools import partial
from itertools import chain
from types import MappingProxyType

from compilers.op_table import find_op
from compilers.tensorrt.gpu import Gpu
from compilers.tensorrt.opset13 import operators
from zoo.capability import Capability
from zoo.graph import Graph
from zoo.lowering import NodeView, capability_of
from zoo.target import Target

__all__ = ["VERSIONS", "capabilities", "operators_of", "require_capable"]

_BORDER = ("quantize", "dequantize", "requantize")
"""Written as QuantizeLinear and DequantizeLinear around other ops."""


def capabilities(graph: Graph, target: Target) -> tuple[Capability, ...]:
    """Return one entry for each node of a graph except quantize and dequantize nodes.

    Raises RefusedError if the target's facts are incomplete.
    """
    gpu = Gpu.of(target)
    return tuple(capability_of(v, "GPU", partial(_require, v, gpu)) for v in _views(graph))


def require_capable(graph: Graph, target: Target) -> None:
    """Raise Refusal for the first node that TensorRT does not read."""
    gpu = Gpu.of(target)
    for view in _views(graph):
        _require(view, gpu)


def _views(graph: Graph) -> list[NodeView]:
    return [NodeView(graph, node) for node in graph.nodes if node.op not in _BORDER]


def _require(view: NodeView, gpu: Gpu) -> None:
    call = find_op(view.node.op).express(view.node, view.inputs)
    for op_type in operators(call.op_type):
        if op_type not in operators_of(gpu.tensorrt):
            view.refuse(
                f"TensorRT {gpu.tensorrt} does not read the ONNX operator {op_type}",
                "compute it before or after the network, or replace it",
            )
    dilations = call.attributes.get("dilations", (1, 1))
    if call.op_type == "MaxPool" and tuple(dilations) != (1, 1):
        view.refuse(
            f"its dilations are {tuple(dilations)}, TensorRT's pools have none",
            "train with dilation 1, or with a stride instead",
        )


_NEW: Mapping[str, str] = MappingProxyType(
    {
        "8.2": """
            Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool
            BatchNormalization Cast Ceil Celu Clip Concat Constant ConstantOfShape Conv
            ConvTranspose Cos Cosh CumSum DepthToSpace DequantizeLinear Div Dropout Einsum Elu
            Equal Erf Exp Expand EyeLike Flatten Floor GRU Gather GatherElements GatherND Gemm
            GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual HardSigmoid
            Identity If ImageScaler InstanceNormalization IsNaN LRN LSTM LeakyRelu Less
            LessOrEqual Log LogSoftmax Loop LpNormalization LpPool MatMul Max MaxPool Mean Min
            Mul Neg NonMaxSuppression Not Or PRelu Pad ParametricSoftplus Pow QuantizeLinear RNN
            RandomUniform RandomUniformLike Range ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp
            ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape
            Resize ReverseSequence Round ScaledTanh Scan Scatter ScatterElements ScatterND Selu
            Shape Sigmoid Sign Sin Sinh Size Slice Softmax Softplus Softsign SpaceToDepth Split
            Sqrt Squeeze Sub Sum Tan Tanh ThresholdedRelu Tile TopK Transpose Unsqueeze Upsample
            Where
        """,
        "8.5": """
            GridSample HardSwish MeanVarianceNormalization Mod NonZero OneHot RandomNormal
            RandomNormalLike Reciprocal RoiAlign Shrink Trilu Xor
        """,
        "8.6": "GroupNormalization IsInf LayerNormalization",
    }
)
"""Operators by the version that added them. Later versions only added ones not in opset 13."""

VERSIONS = tuple(_NEW)


def operators_of(tensorrt: str) -> frozenset[str]:
    """Return the operator types that a version such as '8.2' or '10.3' reads."""
    known = [_NEW[version].split() for version in VERSIONS if _number(version) <= _number(tensorrt)]
    return frozenset(chain.from_iterable(known))


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
