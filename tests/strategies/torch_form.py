"""The torch form of an op: whether it means what `run_float` does, and has true gradients.

Tests that use it are skipped where PyTorch is not installed.
"""

from types import ModuleType

import numpy as np
import pytest
from one_node import OneNode

from compilers.op_table import find_op

__all__ = ["torch_form_agrees", "torch_gradients_are_true"]


def torch_form_agrees(case: OneNode, seed: int) -> bool:
    """Whether both forms compute the same from random values.

    Sums in tests have up to 20 terms, whose absolute values add up to less than 800. A sum in any
    order is then within 20 * 800 * 2**-53 < 1e-11 in float64, so that anything larger is another
    meaning, and within 20 * 800 * 2**-24 < 1e-3 in float32, which kernels of fewer bits miss.
    """
    torch = _torch()
    op, arrays = find_op(case.op), _arrays(case, seed)
    single = op.run_torch(case.node, [torch.tensor(array) for array in arrays]).numpy()
    wide = [array.astype(np.float64) for array in arrays]
    ours = op.run_float(case.node, wide)
    theirs = op.run_torch(case.node, [torch.tensor(array) for array in wide]).numpy()
    assert single.dtype == np.float32
    assert ours.shape == theirs.shape == single.shape
    return bool(np.abs(ours - theirs).max() < 1e-11 and np.abs(ours - single).max() < 1e-3)


def torch_gradients_are_true(case: OneNode) -> bool:
    """Whether the gradients of all inputs, constants included, are the difference quotients.

    In float64, at fixed random values that are further from kinks than the quotients' step, 1e-6.
    """
    torch = _torch()
    op, arrays = find_op(case.op), _arrays(case, seed=0)
    tensors = [torch.tensor(array, dtype=torch.float64, requires_grad=True) for array in arrays]
    return bool(torch.autograd.gradcheck(lambda *inputs: op.run_torch(case.node, inputs), tensors))


def _torch() -> ModuleType:
    return pytest.importorskip("torch", reason="the torch form of an op needs PyTorch")


def _arrays(case: OneNode, seed: int) -> list[np.ndarray]:
    """Return all inputs, the activations random."""
    values = iter(case.random_values(seed))
    return [next(values) if tensor.data is None else tensor.data for tensor in case.inputs]
