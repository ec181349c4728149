"""Lowerings to a .kmodel by op; 'table' is any function of one number."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["LOWERINGS"]

LOWERINGS: Mapping[str, str] = MappingProxyType(
    {
        "add": "weighted:lower_add",
        "average_pool": "weighted:lower_average_pool",
        "clip": "moves:lower_clip",
        "concat": "moves:lower_concat",
        "conv": "weighted:lower_conv",
        "dense": "weighted:lower_dense",
        "dequantize": "moves:lower_dequantize",
        "max_pool": "windows:lower_max_pool",
        "pad": "moves:lower_pad",
        "quantize": "moves:lower_quantize",
        "requantize": "weighted:lower_requantize",
        "reshape": "moves:lower_reshape",
        "resize": "windows:lower_resize",
        "slice": "moves:lower_slice",
        "table": "moves:lower_table",
        "transpose": "moves:lower_transpose",
    }
)
