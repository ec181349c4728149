"""The options of TFLite's ops, as their tables in a file hold them.

Fields are numbered as in LiteRT's schema.fbs; an absent table or field has the default.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from zoo.flat_table import FlatTable

__all__ = ["OPTION_TABLES", "OptionField", "read_options"]


@dataclass(frozen=True)
class OptionField:
    """One field of a table. kind: as the struct module names it; 'f' is float32."""

    number: int
    kind: str = "i"
    default: int = 0


def _fields(**fields: int | tuple[int, str] | tuple[int, str, int]) -> Mapping[str, OptionField]:
    given = {name: (field,) if isinstance(field, int) else field for name, field in fields.items()}
    return MappingProxyType({name: OptionField(*field) for name, field in given.items()})


_BYTE = "b"
_FUSED = _fields(fused_activation_function=(0, _BYTE))
_POOL = _fields(
    padding=(0, _BYTE),
    stride_w=1,
    stride_h=2,
    filter_width=3,
    filter_height=4,
    fused_activation_function=(5, _BYTE),
)
_KEEP_DIMS = _fields(keep_dims=(0, _BYTE))
_BLOCK = _fields(block_size=0)

OPTION_TABLES: Mapping[str, Mapping[str, OptionField]] = MappingProxyType(
    {
        "ADD": _FUSED,
        "AVERAGE_POOL_2D": _POOL,
        "BATCH_MATMUL": _fields(adj_x=(0, _BYTE), adj_y=(1, _BYTE)),
        "CONCATENATION": _fields(axis=0, fused_activation_function=(1, _BYTE)),
        "CONV_2D": _fields(
            padding=(0, _BYTE),
            stride_w=1,
            stride_h=2,
            fused_activation_function=(3, _BYTE),
            dilation_w_factor=(4, "i", 1),
            dilation_h_factor=(5, "i", 1),
        ),
        "DEPTHWISE_CONV_2D": _fields(
            padding=(0, _BYTE),
            stride_w=1,
            stride_h=2,
            fused_activation_function=(4, _BYTE),
            dilation_w_factor=(5, "i", 1),
            dilation_h_factor=(6, "i", 1),
        ),
        "DEPTH_TO_SPACE": _BLOCK,
        "DIV": _FUSED,
        "FULLY_CONNECTED": _fields(fused_activation_function=(0, _BYTE), weights_format=(1, _BYTE)),
        "GATHER": _fields(axis=0, batch_dims=1),
        "GELU": _fields(approximate=(0, _BYTE)),
        "L2_NORMALIZATION": _FUSED,
        "LEAKY_RELU": _fields(alpha=(0, "f")),
        "MAX_POOL_2D": _POOL,
        "MEAN": _KEEP_DIMS,
        "MIRROR_PAD": _fields(mode=(0, _BYTE)),
        "MUL": _FUSED,
        "PACK": _fields(values_count=0, axis=1),
        "REDUCE_MAX": _KEEP_DIMS,
        "REDUCE_MIN": _KEEP_DIMS,
        "RESIZE_BILINEAR": _fields(align_corners=(2, _BYTE), half_pixel_centers=(3, _BYTE)),
        "RESIZE_NEAREST_NEIGHBOR": _fields(align_corners=(0, _BYTE), half_pixel_centers=(1, _BYTE)),
        "SOFTMAX": _fields(beta=(0, "f")),
        "SPACE_TO_DEPTH": _BLOCK,
        "SPLIT": _fields(num_splits=0),
        "SPLIT_V": _fields(num_splits=0),
        "STRIDED_SLICE": _fields(
            begin_mask=0, end_mask=1, ellipsis_mask=2, new_axis_mask=3, shrink_axis_mask=4
        ),
        "SUB": _FUSED,
        "SUM": _KEEP_DIMS,
        "TRANSPOSE_CONV": _fields(
            padding=(0, _BYTE), stride_w=1, stride_h=2, fused_activation_function=(3, _BYTE)
        ),
        "UNPACK": _fields(num=0, axis=1),
    }
)
"""Fields by op and name; ops without a row are read without options."""


def read_options(code: str, table: FlatTable | None) -> Mapping[str, float]:
    """Return an op's options by name; raises ValueError for a damaged table."""
    found = OPTION_TABLES.get(code, {})
    return MappingProxyType({name: _read(table, field) for name, field in found.items()})


def _read(table: FlatTable | None, field: OptionField) -> float:
    if table is None:
        return field.default
    if field.kind == "f":
        return table.real(field.number)
    return table.number(field.number, field.kind, field.default)
