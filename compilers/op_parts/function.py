"""Functions of one number without attributes: an ONNX operator, numpy and PyTorch name each."""

import math
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
    domain: the least and the largest x for which f has a value.
    """

    def __init__(
        self,
        name: str,
        onnx_type: str,
        real: Callable[[NDArray[Any]], NDArray[Any]],
        torch_form: Callable[[Any, "torch.Tensor"], "torch.Tensor"],
        domain: tuple[float, float] = (-math.inf, math.inf),
    ) -> None:
        self.name = name
        self.onnx_types = (onnx_type,)
        self._real, self._torch_form, self._domain = real, torch_form, domain

    def domain(self, node: Node) -> tuple[float, float]:  # noqa: ARG002
        """Return where the function has a value."""
        return self._domain

    def activate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:  # noqa: ARG002
        """Compute the function."""
        return self._real(x)

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":  # noqa: ARG002
        """Compute the function."""
        import torch

        return self._torch_form(torch, inputs[0])
