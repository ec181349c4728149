"""A float Graph, run in PyTorch on a device."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from zoo.plugs import Feeds

__all__ = ["TorchRun"]


class TorchRun:
    """A network on a device, compiled at the first call with each batch size."""

    def __init__(self, network: nn.Module, device: str, dtype: torch.dtype) -> None:
        self._network = network.to(device=device, dtype=dtype)
        self._device, self._dtype = device, dtype
        self._compiled: dict[int, Any] = {}

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the outputs by name, float32, copied back. feeds: inputs by name, float32."""
        # TF32, PyTorch's default for convolutions, has only 11 significant bits.
        with (
            torch.no_grad(),
            torch.autocast(self._device, enabled=False),
            torch.backends.cudnn.flags(enabled=True, benchmark=True, allow_tf32=False),
        ):
            inputs = {name: self._upload(values) for name, values in feeds.items()}
            batch = len(next(iter(inputs.values())))
            if batch not in self._compiled:
                self._compiled[batch] = self._compile(inputs)
            outputs = self._compiled[batch](inputs)
            return {name: values.float().cpu().numpy() for name, values in outputs.items()}

    def _upload(self, values: NDArray[Any]) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(values)).to(self._device, self._dtype)

    def _compile(self, inputs: dict[str, Tensor]) -> Any:  # noqa: ANN401 (of torch)
        # Exported first, which leaves only torch calls, so that they compile as one graph.
        traced = torch.export.export(self._network, (inputs,), strict=False).module()
        if self._device == "cpu":
            return traced
        return torch.compile(traced, mode="reduce-overhead", fullgraph=True, dynamic=False)
