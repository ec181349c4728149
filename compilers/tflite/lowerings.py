"""Which function lowers an op to TFLite, by op; 'table' is any function of one number."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["LOWERINGS"]

LOWERINGS: Mapping[str, str] = MappingProxyType(
    {
        "add": "elementwise:lower_add",
        "average_pool": "means:lower_average_pool",
        "clip": "elementwise:lower_clip",
        "concat": "moves:lower_concat",
        "conv": "weighted:lower_conv",
        "dense": "weighted:lower_dense",
        "dequantize": "elementwise:lower_dequantize",
        "hard_sigmoid": "functions:lower_hard_sigmoid",
        "hardswish": "functions:lower_hardswish",
        "leaky_relu": "functions:lower_leaky_relu",
        "max_pool": "windows:lower_max_pool",
        "mul": "elementwise:lower_mul",
        "pad": "moves:lower_pad",
        "prelu": "functions:lower_prelu",
        "quantize": "elementwise:lower_quantize",
        "requantize": "elementwise:lower_requantize",
        "reshape": "moves:lower_reshape",
        "resize": "windows:lower_resize",
        "sigmoid": "functions:lower_sigmoid",
        "slice": "moves:lower_slice",
        "softmax": "functions:lower_softmax",
        "sub": "elementwise:lower_sub",
        "table": "functions:lower_table",
        "tanh": "functions:lower_tanh",
        "transpose": "moves:lower_transpose",
    }
)
