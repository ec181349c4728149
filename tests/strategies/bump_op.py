"""An op that ONNX lacks, registered as a plugin's would be."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from compilers import op_table
from zoo import registry
from zoo.graph import Node
from zoo.table_op import TableOp

__all__ = ["registered_bump"]


class Bump(TableOp):
    """y = 1 / (1 + x^2)."""

    name = "bump"
    onnx_types = ("Bump",)
    onnx_function = """Bump (x) => (y) {
        one = Constant <value_float = 1.0> ()
        square = Mul (x, x)
        sum = Add (square, one)
        y = Div (one, sum)
    }"""

    def activate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:  # noqa: ARG002
        return np.asarray(1 / (1 + np.square(x)))


@contextmanager
def registered_bump() -> Iterator[Bump]:
    """Yield the op, which the registry knows meanwhile."""
    op, load, names = Bump(), registry.load, registry.names
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "load", lambda k, n: op if (k, n) == ("op", "bump") else load(k, n))
        patch.setattr(registry, "names", lambda k: (*names(k), "bump") if k == "op" else names(k))
        op_table._names_by_onnx_type.cache_clear()
        yield op
    op_table._names_by_onnx_type.cache_clear()
