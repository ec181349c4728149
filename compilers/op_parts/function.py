"""Functions of one number without attributes: an ONNX operator, numpy and PyTorch name each."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from zoo.graph import Node
from zoo.table_op import TableOp

if TYPE_CHECKING:
    import torch

__all__ = ["Function"]


class Function(TableOp):
    """y = f(x).

    real: computes f in numpy, in the precision of its argument.
    torch_form: computes f of one tensor, given the module torch.
    """

    def __init__(
        self,
        name: str,
        onnx_type: str,
        real: Callable[[NDArray[Any]], NDArray[Any]],
        torch_form: Callable[[Any, "torch.Tensor"], "torch.Tensor"],
    ) -> None:
        self.name = name
        self.onnx_types = (onnx_type,)
        self._real, self._torch_form = real, torch_form

    def activate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:  # noqa: ARG002
        """Compute the function."""
        return self._real(x)

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":  # noqa: ARG002
        """Compute the function."""
        import torch

        return self._torch_form(torch, inputs[0])
