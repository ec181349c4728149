"""XIR's data types: a kind and a width, such as FLOAT32 or XINT8."""

import re

__all__ = ["dtype_codes", "dtype_name"]

_KINDS = ("INT", "UINT", "XINT", "XUINT", "FLOAT", "UNKNOWN")


def dtype_codes(name: str) -> tuple[int, int]:
    """Return (data_type, tensor_bit_width) of a name; raises ValueError for no such type."""
    match = re.fullmatch(r"([A-Z]+)(\d+)", name)
    if match is None or match[1] not in _KINDS:
        raise ValueError(f"'{name}' is no data type of XIR")
    return _KINDS.index(match[1]), int(match[2])


def dtype_name(kind: int, bits: int) -> str:
    """Return the name of a data type; raises ValueError for a kind that XIR lacks."""
    if not 0 <= kind < len(_KINDS) or not 0 <= bits <= 1 << 10:
        raise ValueError(f"data type {kind} of {bits} bits is none of XIR's")
    return f"{_KINDS[kind]}{bits}"
