"""Executors 'torch-cuda' and 'torch-cuda-fp16': float hubs by PyTorch on an NVIDIA GPU."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from compilers.hub import HUB
from compilers.quantize.qat.graph_module import FloatNetwork
from zoo.errors import HubError, ToolchainError
from zoo.plugs import Feeds

__all__ = ["FLOAT16", "FLOAT32", "TorchExecutor", "TorchRun"]


class TorchExecutor:
    """Compiled by PyTorch, and replayed as a CUDA graph: one launch for the whole network."""

    def __init__(self, name: str, dtype: torch.dtype) -> None:
        self.name = name
        self._dtype = dtype

    def load(self, folder: Path, main: str, threads: int = 1) -> "TorchRun":  # noqa: ARG002
        """Return a function that runs the hub `main`. threads: of the CPU, which only waits.

        Raises HubError for a quantized hub, ToolchainError where PyTorch finds no GPU.
        """
        if not torch.cuda.is_available():
            raise ToolchainError(
                f"{self.name}: PyTorch {torch.__version__} finds no NVIDIA GPU; install one with "
                "CUDA (https://pytorch.org) on a machine where nvidia-smi shows a GPU"
            )
        file = folder / main
        graph = HUB.read(file.read_bytes(), str(file))
        if graph.is_quantized:
            raise HubError(f"{file}: holds integers, which {self.name} does not compute")
        return TorchRun(FloatNetwork(graph), "cuda", self._dtype)


class TorchRun:
    """A network on a device. It is compiled, at the first call, for that call's batch."""

    def __init__(self, network: nn.Module, device: str, dtype: torch.dtype) -> None:
        self._network = network.to(device=device, dtype=dtype)
        self._device, self._dtype = device, dtype
        self._compiled: Any = None

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the outputs by name, float32, copied back. feeds: inputs by name, float32."""
        # TF32, PyTorch's default for convolutions, has 11 significant bits: no float32.
        with (
            torch.no_grad(),
            torch.backends.cudnn.flags(enabled=True, benchmark=True, allow_tf32=False),
        ):
            inputs = {name: self._upload(values) for name, values in feeds.items()}
            if self._compiled is None:
                self._compiled = self._compile(inputs)
            outputs = self._compiled(inputs)
            return {name: values.float().cpu().numpy() for name, values in outputs.items()}

    def _upload(self, values: NDArray[Any]) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(values)).to(self._device, self._dtype)

    def _compile(self, inputs: dict[str, Tensor]) -> Any:  # noqa: ANN401 (of torch)
        # Exported first: what is left are calls of torch alone, which compile as one graph.
        traced = torch.export.export(self._network, (inputs,), strict=False).module()
        if self._device == "cpu":
            return traced
        return torch.compile(traced, mode="reduce-overhead", fullgraph=True, dynamic=False)


FLOAT32 = TorchExecutor("torch-cuda", torch.float32)
FLOAT16 = TorchExecutor("torch-cuda-fp16", torch.float16)
