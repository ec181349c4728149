"""Memory of the first NVIDIA GPU, by the driver's own library: no CUDA package is needed.

NVIDIA's "CUDA Driver API", chapters on initialization, primary contexts and memory.
"""

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import ToolchainError

__all__ = ["CudaMemory"]

_LIBRARY = "libcuda.so.1"


class CudaMemory:
    """Buffers on the GPU; they live as long as this object."""

    def __init__(self, library: str = _LIBRARY) -> None:
        self._buffers: list[int] = []
        try:
            self._driver = ctypes.CDLL(library)
        except OSError as error:
            raise ToolchainError(
                f"{library}: cannot be loaded ({error}); install NVIDIA's driver"
            ) from error
        device, context = ctypes.c_int(), ctypes.c_void_p()
        self._call("cuInit", 0)
        self._call("cuDeviceGet", ctypes.byref(device), 0)
        # The context that CUDA's runtime uses, too: TensorRT finds the buffers in it.
        self._call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
        self._call("cuCtxSetCurrent", context)

    def allocate(self, size_bytes: int) -> int:
        """Return the address of a new buffer."""
        address = ctypes.c_uint64()
        self._call("cuMemAlloc_v2", ctypes.byref(address), ctypes.c_size_t(size_bytes))
        self._buffers.append(address.value)
        return address.value

    def upload(self, values: NDArray[Any], address: int) -> None:
        """Copy a contiguous array to the GPU."""
        source, size = ctypes.c_void_p(values.ctypes.data), ctypes.c_size_t(values.nbytes)
        self._call("cuMemcpyHtoD_v2", ctypes.c_uint64(address), source, size)

    def download(self, address: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Return float32 values from the GPU, when all that was asked of it before is done."""
        values = np.empty(shape, np.float32)
        self._call("cuCtxSynchronize")
        target, size = ctypes.c_void_p(values.ctypes.data), ctypes.c_size_t(values.nbytes)
        self._call("cuMemcpyDtoH_v2", target, ctypes.c_uint64(address), size)
        return values

    def __del__(self) -> None:
        for address in self._buffers:
            self._driver.cuMemFree_v2(ctypes.c_uint64(address))

    def _call(self, name: str, *arguments: Any) -> None:  # noqa: ANN401 (of ctypes)
        status = getattr(self._driver, name)(*arguments)
        if status != 0:
            raise ToolchainError(
                f"{_LIBRARY}: {name} failed with CUDA's error {status}; does nvidia-smi show a GPU "
                "with free memory?"
            )
