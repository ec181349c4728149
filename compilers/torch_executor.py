"""Executors 'torch-cuda' and 'torch-cuda-fp16': float hubs by PyTorch on an NVIDIA GPU."""

from pathlib import Path
from typing import TYPE_CHECKING

from compilers.hub import HUB
from zoo.errors import HubError, ToolchainError

if TYPE_CHECKING:
    from compilers.torch_run import TorchRun

__all__ = ["FLOAT16", "FLOAT32", "TorchExecutor"]


class TorchExecutor:
    """Compiled by PyTorch, and replayed as a CUDA graph: one launch for the whole network.

    dtype: torch's name of the numbers.
    """

    def __init__(self, name: str, dtype: str) -> None:
        self.name = name
        self._dtype = dtype

    def load(self, folder: Path, main: str, threads: int = 1) -> "TorchRun":  # noqa: ARG002
        """Return a function that runs the hub `main`. threads: of the CPU, which only waits.

        Raises HubError for a quantized hub, ToolchainError where PyTorch finds no GPU.
        """
        # Here, so that an installation without PyTorch can list this executor.
        import torch

        from compilers.quantize.qat.graph_module import FloatNetwork
        from compilers.torch_run import TorchRun

        if not torch.cuda.is_available():
            raise ToolchainError(
                f"{self.name}: PyTorch {torch.__version__} finds no NVIDIA GPU; install one with "
                "CUDA (https://pytorch.org) on a machine where nvidia-smi shows a GPU"
            )
        file = folder / main
        graph = HUB.read(file.read_bytes(), str(file))
        if graph.is_quantized:
            raise HubError(f"{file}: holds integers, which {self.name} does not compute")
        return TorchRun(FloatNetwork(graph), "cuda", getattr(torch, self._dtype))


FLOAT32 = TorchExecutor("torch-cuda", "float32")
FLOAT16 = TorchExecutor("torch-cuda-fp16", "float16")
