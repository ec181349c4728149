"""Executors 'torch-cuda', 'torch-cuda-fp16', 'torch-cpu', 'torch-cpu-bf16': floats in PyTorch."""

from pathlib import Path
from typing import TYPE_CHECKING

from compilers.hub import import_file
from zoo.errors import HubError, ToolchainError
from zoo.plugs import Executor

if TYPE_CHECKING:
    from compilers.torch_run import TorchRun

__all__ = ["CPU_BFLOAT16", "CPU_FLOAT32", "CUDA_FLOAT16", "CUDA_FLOAT32", "TorchExecutor"]


class TorchExecutor(Executor):
    """Runs in PyTorch; on a GPU compiled and replayed as a CUDA graph, with a single launch.

    Batches of any size, even if an ONNX file fixes it; each size is compiled once.
    device: 'cuda' for an NVIDIA GPU, or 'cpu'.  dtype: torch's name of the type.
    """

    def __init__(self, name: str, device: str, dtype: str) -> None:
        self.name = name
        self._device, self._dtype = device, dtype

    def load(self, folder: Path, main: str, threads: int = 1) -> "TorchRun":  # noqa: ARG002
        """Return a function that runs an ONNX file. threads: ignored, PyTorch's default is kept.

        Raises HubError for a quantized network, ToolchainError if PyTorch finds no GPU.
        """
        # Imported here, so that this executor can be listed without PyTorch.
        import torch

        from compilers.quantize.qat.graph_module import FloatNetwork
        from compilers.torch_run import TorchRun

        if self._device == "cuda" and not torch.cuda.is_available():
            raise ToolchainError(
                f"{self.name}: PyTorch {torch.__version__} finds no NVIDIA GPU; install one with "
                "CUDA (https://pytorch.org) on a machine where nvidia-smi shows a GPU"
            )
        file = folder / main
        graph = import_file(file, {})
        if graph.is_quantized:
            raise HubError(f"{file}: holds integers, which {self.name} does not compute")
        return TorchRun(FloatNetwork(graph), self._device, getattr(torch, self._dtype))


CUDA_FLOAT32 = TorchExecutor("torch-cuda", "cuda", "float32")
CUDA_FLOAT16 = TorchExecutor("torch-cuda-fp16", "cuda", "float16")
CPU_FLOAT32 = TorchExecutor("torch-cpu", "cpu", "float32")
CPU_BFLOAT16 = TorchExecutor("torch-cpu-bf16", "cpu", "bfloat16")
