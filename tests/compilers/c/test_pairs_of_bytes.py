"""Sums of every pair of bytes are exact in each form of the kernels for x86 processors."""

import numpy as np
import pytest
from generated_c import run_c, to_c
from host_compilers import CC
from one_node import OneNode, activation
from x86_forms import FORMS, flags, missing_for

from compilers.op_parts.arithmetic import dequantize
from compilers.reference import run_graph
from zoo.graph import Quantization

pytestmark = pytest.mark.toolchain

_LEVELS = 256
_COUNT = _LEVELS**2 + 3  # the last ones are not a vector
_STORED = Quantization((0.052371,), (120,), signed=False)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("signs", [(False, False), (True, False), (True, True)])
@pytest.mark.parametrize(
    ("op", "scales"),
    [("add", (0.031309, 0.047183)), ("sub", (0.040217, 0.050817)), ("add", (0.30103, 0.00113))],
)
def test_every_pair_is_exact(form, signs, op, scales, monkeypatch):
    if missing := missing_for(form):
        pytest.skip(f"this processor has no {', '.join(missing)}")
    monkeypatch.setenv("CC", " ".join([CC, *flags(form)]))
    grids = {
        name: Quantization((scale,), (131 - 128 * signed,), signed=signed)
        for name, scale, signed in zip("ab", scales, signs, strict=True)
    }
    operands = tuple(activation(("N", _COUNT), grid, name) for name, grid in grids.items())
    graph = OneNode(op, operands, {}, _STORED).graph
    assert "const NetworkAdd alone_settings" in to_c(graph).files["network.c"].decode()
    indices = np.arange(_COUNT)
    levels = {"a": indices // _LEVELS % _LEVELS, "b": indices % _LEVELS}
    feeds = {
        f"{name}.real": np.asarray(dequantize(levels[name][None] + grid.qmin, grid))
        for name, grid in grids.items()
    }
    found, wanted = run_c(graph, feeds), run_graph(graph, feeds)
    np.testing.assert_array_equal(found["y.real"], wanted["y.real"])
