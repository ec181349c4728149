"""The KPU's 2 MiB of memory: images in rows of 64 bytes, as a layer's registers describe them.

Channels are stored in groups of 1, 2 or 4 side by side, 64, 32 or 16 bytes apart; a line of an
image takes one row or several, and groups follow each other.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.kmodel.kmodel import KPU_RAM_BYTES, ROW_BYTES
from compilers.kmodel.registers import KpuLayer

__all__ = ["ImageLayout", "input_image", "output_image", "uploaded_image"]

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class ImageLayout:
    """An image in the KPU's memory. shape: CHW.

    row: where it begins.  group: channels side by side.  line_rows: of one line.  block_rows: from
    one group to the next.
    """

    shape: tuple[int, int, int]
    row: int
    group: int
    line_rows: int
    block_rows: int

    @property
    def end_row(self) -> int:
        """The first row behind it."""
        return self.row + -(-self.shape[0] // max(self.group, 1)) * self.block_rows

    def read(self, ram: Bytes) -> Bytes:
        """Return a copy of the image; raises ValueError if it lies outside of `ram`."""
        channels, height, width = self.shape
        lines = self._lines(ram).transpose(0, 2, 1, 3)
        return np.ascontiguousarray(lines).reshape(-1, height, lines.shape[-1])[
            :channels, :, :width
        ]

    def write(self, ram: Bytes, image: NDArray[Any]) -> None:
        """Store the image; raises ValueError if it lies outside of `ram`."""
        channels, height, width = self.shape
        lines = self._lines(ram)
        blocks, group = len(lines), self.group
        padded = np.zeros((blocks * group, height, width), np.uint8)
        padded[:channels] = image
        lines[..., :width] = padded.reshape(blocks, group, height, width).transpose(0, 2, 1, 3)

    def _lines(self, ram: Bytes) -> Bytes:
        """Return a view [block, line, channel in its group, byte]."""
        channels, height, width = self.shape
        if self.group not in (1, 2, 4) or (self.group > 1 and self.line_rows != 1):
            raise ValueError(
                f"channels in groups of {self.group}, of {self.line_rows} rows a line; groups of 2 "
                "and 4 have lines of one row"
            )
        line_bytes = self.line_rows * ROW_BYTES
        if width > line_bytes // self.group or height * self.line_rows > self.block_rows:
            raise ValueError(
                f"an image of {width} x {height} does not fit into {self.block_rows} rows, "
                f"{self.line_rows} a line, with {self.group} channels side by side"
            )
        if self.end_row * ROW_BYTES > min(len(ram), KPU_RAM_BYTES):
            raise ValueError(
                f"rows {self.row} to {self.end_row - 1} are used; the KPU has "
                f"{KPU_RAM_BYTES // ROW_BYTES}"
            )
        blocks = -(-channels // self.group)
        rows = ram[self.row * ROW_BYTES : self.end_row * ROW_BYTES]
        used = rows.reshape(blocks, self.block_rows * ROW_BYTES)[:, : height * line_bytes]
        return used.reshape(blocks, height, self.group, line_bytes // self.group)


def input_image(layer: KpuLayer) -> ImageLayout:
    """Return what a layer reads."""
    return ImageLayout(
        (layer.input_channels, layer.input_height, layer.input_width),
        layer.source_row,
        layer.input_group,
        layer.input_line_rows,
        layer.input_block_rows,
    )


def output_image(layer: KpuLayer) -> ImageLayout:
    """Return what a layer writes."""
    return ImageLayout(
        (layer.output_channels, layer.output_height, layer.output_width),
        layer.destination_row,
        layer.output_group,
        layer.output_line_rows,
        layer.output_block_rows,
    )


def uploaded_image(shape: tuple[int, int, int], start: int) -> ImageLayout:
    """Return what the CPU uploads. shape: CHW.  start: bytes from the start of the memory.

    The runtime chooses groups by the width, which a node for it does not state.
    """
    _, height, width = shape
    group = 4 if width <= 16 else 2 if width <= 32 else 1
    line_rows = -(-width // ROW_BYTES)
    if start % ROW_BYTES:
        raise ValueError(
            f"an upload begins at byte {start}; rows begin at multiples of {ROW_BYTES}"
        )
    return ImageLayout(shape, start // ROW_BYTES, group, line_rows, line_rows * height)
