"""Required version of each op in a file, and the first runtime with it.

From runtime_version.cc of TensorFlow Lite; LiteRT's metadata still use its numbers.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

__all__ = ["OP_VERSIONS", "minimum_runtime"]

# The oldest version with all types and settings used, and its runtime.
OP_VERSIONS: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "ABS": (1, "1.13.0"),
        "ADD": (2, "1.14.0"),
        "AVERAGE_POOL_2D": (2, "1.14.0"),
        "BATCH_MATMUL": (2, "2.3.0"),
        "CAST": (3, "2.8.0"),
        "CONCATENATION": (2, "1.14.0"),
        "CONV_2D": (6, "2.9.0"),
        "COS": (1, "2.12.0"),
        "DEPTHWISE_CONV_2D": (3, "1.14.0"),
        "DEPTH_TO_SPACE": (1, "2.1.0"),
        "DEQUANTIZE": (3, "1.15.0"),
        "DIV": (1, "1.6.0"),
        "ELU": (1, "1.14.0"),
        "EXP": (1, "1.7.0"),
        "FULLY_CONNECTED": (4, "1.14.0"),
        "GATHER": (2, "1.14.0"),
        "GELU": (1, "2.9.0"),
        "HARD_SWISH": (1, "1.15.0"),
        "LEAKY_RELU": (2, "2.3.0"),
        "LOG": (1, "1.14.0"),
        "LOGISTIC": (2, "1.14.0"),
        "MAXIMUM": (2, "1.14.0"),
        "MAX_POOL_2D": (2, "1.14.0"),
        "MEAN": (2, "1.14.0"),
        "MINIMUM": (2, "1.14.0"),
        "MUL": (2, "1.14.0"),
        "PAD": (2, "1.14.0"),
        "PADV2": (2, "1.14.0"),
        "POW": (1, "1.10.0"),
        "PRELU": (1, "1.8.0"),
        "QUANTIZE": (2, "1.15.0"),
        "REDUCE_MAX": (1, "1.11.0"),
        "RELU": (2, "2.1.0"),
        "RELU6": (2, "1.14.0"),
        "RELU_N1_TO_1": (1, "1.5.0"),
        "RESHAPE": (1, "1.5.0"),
        "RESIZE_BILINEAR": (3, "2.2.0"),
        "RESIZE_NEAREST_NEIGHBOR": (3, "2.3.0"),
        "SIN": (1, "1.9.0"),
        "SOFTMAX": (2, "1.14.0"),
        "SPACE_TO_DEPTH": (1, "1.5.0"),
        "SQRT": (1, "1.10.0"),
        "STRIDED_SLICE": (2, "1.14.0"),
        "SUB": (2, "1.14.0"),
        "SUM": (1, "1.10.0"),
        "TANH": (2, "1.14.0"),
        "TRANSPOSE": (2, "1.14.0"),
    }
)


def minimum_runtime(codes: Iterable[str]) -> str:
    """Return the oldest runtime with all of these ops, such as '2.9.0'."""
    runtimes = (OP_VERSIONS[code][1] for code in codes)
    return max(runtimes, key=_numbers, default="1.5.0")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))
