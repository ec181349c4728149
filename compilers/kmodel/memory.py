"""The memories that a .kmodel's nodes read and write, with every access checked."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.kmodel.kmodel import KPU_RAM_BYTES, Kmodel, Memory, MemoryRange

__all__ = ["KmodelMemory"]

_MAIN_LIMIT_BYTES = 6 << 20
"""The K210 has 6 MiB of main memory."""


class KmodelMemory:
    """Memories of one run. kpu: its 2 MiB."""

    def __init__(self, model: Kmodel) -> None:
        """Raise ValueError if the file wants more main memory than the chip has."""
        if model.main_bytes > _MAIN_LIMIT_BYTES:
            raise ValueError(
                f"it needs {model.main_bytes} bytes of main memory; the K210 has "
                f"{_MAIN_LIMIT_BYTES}"
            )
        self.kpu = np.zeros(KPU_RAM_BYTES, np.uint8)
        self._content = {
            Memory.KPU: self.kpu,
            Memory.MAIN: np.zeros(model.main_bytes, np.uint8),
            Memory.CONSTANT: np.frombuffer(model.constants, np.uint8),
        }

    def at(self, place: MemoryRange) -> NDArray[Any]:
        """Return a view of the elements; raises ValueError for a place outside of its memory."""
        content = self._content[place.memory]
        item_bytes = np.dtype(place.dtype).itemsize
        if not 0 <= place.start <= place.end <= len(content) or place.size_bytes % item_bytes:
            raise ValueError(
                f"{place.size_bytes} bytes of {place.dtype} from {place.start} on are used; its "
                f"{place.memory.name.lower()} memory has {len(content)}"
            )
        return content[place.start : place.end].view(place.dtype)

    def main_at(self, start: int, dtype: str, count: int) -> NDArray[Any]:
        """Return elements of main memory."""
        size = count * np.dtype(dtype).itemsize
        return self.at(MemoryRange(Memory.MAIN, dtype, start, size))

    def store(self, place: MemoryRange, values: NDArray[Any]) -> None:
        """Store all values; raises ValueError if their number is not the place's."""
        self.require_size(place, values.size)
        self.at(place)[:] = values.reshape(-1)

    def require_size(self, place: MemoryRange, count: int) -> None:
        """Raise ValueError if a place is not for that many elements, or cannot be written."""
        size = self.at(place).size
        if size != count or place.memory is Memory.CONSTANT:
            raise ValueError(
                f"{count} values are to be stored in {place.memory.name.lower()} memory, where "
                f"{size} are expected"
            )
