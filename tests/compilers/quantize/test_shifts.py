"""Fix points within the DPU's shifts."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compilers.quantize.power_of_two import fix_point_of, with_fix_points
from compilers.quantize.shifts import coarsen_outputs, fit_fix_points
from compilers.quantize.weighted import weighted_nodes
from compilers.schemes import DPU_POW2
from zoo.errors import QuantizeError
from zoo.graph import Graph, Node, Quantization, Tensor

POINTS = st.integers(-4, 12)


def _dense_chain(weights: list[float], biases: list[float]) -> Graph:
    """x -> y0 -> y1 ..., each a dense layer with one weight and one bias."""
    tensors = {"x": Tensor("x", ("N", 1))}
    nodes, source = [], "x"
    for index, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        names = (f"w{index}", f"b{index}")
        tensors[names[0]] = Tensor(names[0], (1, 1), data=np.full((1, 1), weight, np.float32))
        tensors[names[1]] = Tensor(names[1], (1,), data=np.full(1, bias, np.float32))
        tensors[f"y{index}"] = Tensor(f"y{index}", ("N", 1))
        nodes.append(Node(f"dense{index}", "dense", (source, *names), f"y{index}"))
        source = f"y{index}"
    return Graph("chain", ("x",), (source,), tensors, tuple(nodes))


def _grid(point: int) -> Quantization:
    return with_fix_points(Quantization((1.0,), (0,), rounding="half_up"), point)


@given(
    st.lists(st.tuples(st.floats(1e-4, 50), st.floats(-300, 300), POINTS), min_size=1, max_size=4),
    POINTS,
)
@settings(deadline=None)
def test_all_shifts_are_legal(layers, point_in):
    graph = _dense_chain([weight for weight, _, _ in layers], [bias for _, bias, _ in layers])
    wanted = {"x": _grid(point_in)}
    wanted |= {f"y{index}": _grid(point) for index, (_, _, point) in enumerate(layers)}
    grids = coarsen_outputs(graph, wanted, DPU_POW2)
    for weighted in weighted_nodes(graph):
        source, output = grids[weighted.node.inputs[0]], grids[weighted.node.output]
        weight, bias = fit_fix_points(weighted, source, output, DPU_POW2)
        sums = fix_point_of(weight) + fix_point_of(source)
        assert 0 <= sums - fix_point_of(output) <= 16
        assert 0 <= sums - fix_point_of(bias) <= 16
        assert fix_point_of(output) <= fix_point_of(wanted[weighted.node.output])
        # A bias that its own grid cannot hold would saturate.
        assert abs(weighted.bias.data[0]) <= 128.5 * bias.scale[0]


def test_what_is_legal_stays():
    graph = _dense_chain([0.9], [0.3])
    grids = {"x": _grid(7), "y0": _grid(5)}
    assert coarsen_outputs(graph, grids, DPU_POW2) == grids
    weight, bias = fit_fix_points(next(weighted_nodes(graph)), grids["x"], grids["y0"], DPU_POW2)
    assert (weight.scale, weight.bits) == ((2.0**-7,), 8)
    assert (bias.scale, bias.bits) == ((2.0**-8,), 8)


def test_a_scheme_without_such_shifts_is_left_alone():
    graph, free = _dense_chain([100.0], [0.0]), replace(DPU_POW2, shift_cut=None)
    grids = {"x": _grid(-5), "y0": _grid(12)}
    assert coarsen_outputs(graph, grids, free) == grids


def test_a_loop_that_no_fix_point_ends_is_refused():
    # y = concat(x, dense(x)) shares one fix point, so that only the weight's can make the shift.
    graph = _dense_chain([1e4], [0.0])
    joined = Tensor("joined", ("N", 2))
    graph = replace(
        graph,
        outputs=("joined",),
        tensors={**graph.tensors, "joined": joined},
        nodes=(*graph.nodes, Node("join", "concat", ("x", "y0"), "joined", {"axis": 1})),
    )
    grids = dict.fromkeys(("x", "y0", "joined"), _grid(3))
    with pytest.raises(
        QuantizeError,
        match=r"^node 'dense0' \(dense\): scheme 'dpu-pow2' needs a shift of at least 0 bits from "
        r"accumulator to output, and no fix points give it; equalise",
    ):
        coarsen_outputs(graph, grids, DPU_POW2)
