"""Lowerings to C by op; 'table' is any function of one number."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["LOWERINGS"]

LOWERINGS: Mapping[str, str] = MappingProxyType(
    {
        "add": "elementwise:lower_add",
        "align_image": "alignment:lower_align_image",
        "average_pool": "windows:lower_average_pool",
        "clip": "elementwise:lower_clip",
        "concat": "moves:lower_concat",
        "conv": "weighted:lower_conv",
        "dense": "weighted:lower_dense",
        "depth_to_space": "moves:lower_depth_to_space",
        "landmark_heatmap": "alignment:lower_landmark_heatmap",
        "matmul": "matrices:lower_matmul",
        "max_pool": "windows:lower_max_pool",
        "mul": "elementwise:lower_mul",
        "pad": "moves:lower_pad",
        "prelu": "functions:lower_prelu",
        "requantize": "elementwise:lower_requantize",
        "reshape": "moves:lower_reshape",
        "resize": "windows:lower_resize",
        "slice": "moves:lower_slice",
        "softmax": "functions:lower_softmax",
        "space_to_depth": "moves:lower_space_to_depth",
        "sub": "elementwise:lower_add",
        "table": "functions:lower_table",
        "transpose": "moves:lower_transpose",
        "turn_back": "alignment:lower_turn_back",
    }
)
