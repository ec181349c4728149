"""Which ONNX operators each TensorRT reads, as its parser's docs/operators.md lists them."""

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType

__all__ = ["VERSIONS", "operators_of"]

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
"""Operators by the version that added them. Later ones only added what opset 13 lacks."""

VERSIONS = tuple(_NEW)


def operators_of(tensorrt: str) -> frozenset[str]:
    """Return the operator types that a version such as '8.2' or '10.3' reads."""
    known = [_NEW[version].split() for version in VERSIONS if _number(version) <= _number(tensorrt)]
    return frozenset(chain.from_iterable(known))


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
