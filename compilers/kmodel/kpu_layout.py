"""How the lowering lays images out in the KPU's memory, in rows of 64 bytes.

Lines of up to 16 pixels have four channels side by side, of up to 32 pixels two; longer ones take
as many rows as they need (`get_kpu_row_layout` of nncase 0.2).
"""

from compilers.kmodel.steps import Image

__all__ = ["ROW_BYTES", "group_of", "line_rows_of", "rows_of"]

ROW_BYTES = 64
_NARROW, _MIDDLE = 16, 32


def group_of(width: int) -> int:
    """Return how many channels lie side by side."""
    return 4 if width <= _NARROW else 2 if width <= _MIDDLE else 1


def line_rows_of(width: int) -> int:
    """Return the rows of one line."""
    return -(-width // ROW_BYTES)


def rows_of(image: Image) -> int:
    """Return the rows of an image."""
    channels, height, width = image
    return -(-channels // group_of(width)) * line_rows_of(width) * height
