"""Lowerings to TFLite by op; 'table' is any function of one number."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["LOWERINGS"]

LOWERINGS: Mapping[str, str] = MappingProxyType(
    {
        "abs": "real_functions:lower_function",
        "add": "elementwise:lower_add",
        "average_pool": "means:lower_average_pool",
        "clip": "elementwise:lower_clip",
        "concat": "moves:lower_concat",
        "conv": "weighted:lower_conv",
        "cos": "real_functions:lower_function",
        "dense": "weighted:lower_dense",
        "depth_to_space": "moves:lower_depth_to_space",
        "dequantize": "elementwise:lower_dequantize",
        "elu": "real_functions:lower_function",
        "exp": "real_functions:lower_function",
        "gelu": "real_functions:lower_function",
        "hard_sigmoid": "functions:lower_hard_sigmoid",
        "hardswish": "functions:lower_hardswish",
        "leaky_relu": "functions:lower_leaky_relu",
        "log": "real_functions:lower_function",
        "matmul": "matrices:lower_matmul",
        "max_pool": "windows:lower_max_pool",
        "mish": "real_functions:lower_function",
        "mul": "elementwise:lower_mul",
        "pad": "moves:lower_pad",
        "pow": "real_functions:lower_function",
        "prelu": "functions:lower_prelu",
        "quantize": "elementwise:lower_quantize",
        "reciprocal": "real_functions:lower_function",
        "requantize": "elementwise:lower_requantize",
        "reshape": "moves:lower_reshape",
        "resize": "windows:lower_resize",
        "sigmoid": "functions:lower_sigmoid",
        "sin": "real_functions:lower_function",
        "slice": "moves:lower_slice",
        "softmax": "functions:lower_softmax",
        "softplus": "real_functions:lower_function",
        "softsign": "real_functions:lower_function",
        "space_to_depth": "moves:lower_space_to_depth",
        "sqrt": "real_functions:lower_function",
        "sub": "elementwise:lower_sub",
        "table": "functions:lower_table",
        "tanh": "functions:lower_tanh",
        "transpose": "moves:lower_transpose",
    }
)
