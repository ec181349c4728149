"""Lowerings to an .xmodel by op."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["LOWERINGS"]

LOWERINGS: Mapping[str, str] = MappingProxyType(
    {
        "add": "elementwise:lower_add",
        "average_pool": "windows:lower_average_pool",
        "clip": "elementwise:lower_clip",
        "concat": "moves:lower_concat",
        "conv": "weighted:lower_conv",
        "dense": "weighted:lower_dense",
        "dequantize": "elementwise:lower_dequantize",
        "depth_to_space": "transposed:lower_depth_to_space",
        "hard_sigmoid": "elementwise:lower_hard_sigmoid",
        "leaky_relu": "elementwise:lower_leaky_relu",
        "max_pool": "windows:lower_max_pool",
        "mul": "elementwise:lower_mul",
        "quantize": "elementwise:lower_quantize",
        "requantize": "elementwise:lower_requantize",
        "reshape": "moves:lower_reshape",
        "resize": "resampling:lower_resize",
        "transpose": "moves:lower_transpose",
    }
)
