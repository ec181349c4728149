"""Integer forms of float Graphs for tests: simple min-max quantization, written for itself."""

from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st
from random_graphs import float_graphs, random_feeds

from compilers.op_parts.arithmetic import quantize
from compilers.op_table import find_op
from compilers.passes.fix_integers import fix_integers
from compilers.reference import run_all
from zoo.graph import Graph, Node, Quantization, Tensor

__all__ = ["IntegerForm", "integer_graph", "integer_graphs"]


@dataclass(frozen=True)
class IntegerForm:
    """How activations, weights and biases become integers."""

    power_of_two: bool = False
    signed: bool = False
    per_channel: bool = True
    rounding: str = "half_even"
    weight_bits: int = 8
    bias_bits: int = 32
    activation_bits: int = 8


FORMS = st.builds(
    IntegerForm,
    power_of_two=st.just(False),
    signed=st.booleans(),
    per_channel=st.booleans(),
    weight_bits=st.sampled_from((8, 4, 2)),
)
POWER_OF_TWO_FORMS = st.builds(
    IntegerForm,
    power_of_two=st.just(True),
    signed=st.booleans(),
    per_channel=st.booleans(),
    rounding=st.sampled_from(("half_even", "half_up")),
    weight_bits=st.sampled_from((8, 4, 2)),
    bias_bits=st.sampled_from((32, 8)),
)


@st.composite
def integer_graphs(draw: st.DrawFn, forms: st.SearchStrategy[IntegerForm]) -> Graph:
    """Integer forms of random float graphs."""
    return integer_graph(draw(float_graphs()), draw(forms))


def integer_graph(graph: Graph, form: IntegerForm) -> Graph:
    """Return the integer graph; inputs and outputs stay float behind border nodes.

    An activation x that is no output keeps its name; the integers of an input or output x are
    called 'x.integers'.
    """
    values = run_all(graph, random_feeds(graph, seed=1, batch=4))
    grids = {name: _activation_grid(form, value) for name, value in values.items()}
    for node in graph.nodes:
        if find_op(node.op).shares_quantization:
            grids[node.output] = grids[node.inputs[0]]
    border = {*graph.inputs, *graph.outputs}
    names = {name: f"{name}.integers" if name in border else name for name in grids}
    tensors = {
        names[name]: replace(
            graph.tensors[name], name=names[name], dtype=grid.dtype, quantization=grid
        )
        for name, grid in grids.items()
    }
    nodes = [Node(f"{name}/in", "quantize", (name,), names[name]) for name in graph.inputs]
    for node in graph.nodes:
        for tensor in _constants(graph, node, grids, form):
            tensors[tensor.name] = tensor
        inputs = tuple(names.get(name, name) for name in node.inputs)
        nodes.append(replace(node, inputs=inputs, output=names[node.output]))
    nodes += [Node(f"{name}/out", "dequantize", (names[name],), name) for name in graph.outputs]
    return fix_integers(graph.replace(nodes, tensors.values()))


def _activation_grid(form: IntegerForm, reals: np.ndarray) -> Quantization:
    low, high = min(float(reals.min()), 0.0), max(float(reals.max()), 0.0, 0.01)
    bits = form.activation_bits
    grid = Quantization((1.0,), (0,), bits, signed=form.signed, rounding=form.rounding)
    scale = _scale(form, (high - low) / (2**bits - 1))
    zero_point = round(grid.qmin - low / scale)
    return replace(grid, scale=(scale,), zero_point=(min(max(zero_point, grid.qmin), grid.qmax),))


def _scale(form: IntegerForm, scale: float) -> float:
    return 2.0 ** np.ceil(np.log2(scale)) if form.power_of_two else float(np.float32(scale))


def _constants(
    graph: Graph, node: Node, grids: dict[str, Quantization], form: IntegerForm
) -> list[Tensor]:
    """Return weight and bias of a node as integers."""
    index = find_op(node.op).weight_input
    if index is None:
        return []
    weight, *biases = (graph.tensors[name] for name in node.inputs[index:])
    weight_grid = _weight_grid(weight.data, form)
    stored = {2: "int8"}.get(form.weight_bits, weight_grid.dtype)
    storage = np.clip(np.rint(_unit(weight, weight_grid)), weight_grid.qmin, weight_grid.qmax)
    integers = [
        replace(weight, dtype=stored, quantization=weight_grid, data=storage.astype(np.int8))
    ]
    sums = [grids[node.inputs[0]].scale[0] * scale for scale in weight_grid.scale]
    for bias in biases:
        grid = _bias_grid(sums, bias.data, form)
        integers.append(
            replace(bias, dtype=grid.dtype, quantization=grid, data=quantize(bias.data, grid))
        )
    return integers


def _unit(weight: Tensor, grid: Quantization) -> np.ndarray:
    scale = np.array(grid.scale, np.float32)
    return weight.data / scale.reshape(-1, *[1] * (len(weight.shape) - 1))


def _weight_grid(weight: np.ndarray, form: IntegerForm) -> Quantization:
    rows = np.abs(weight).reshape(len(weight), -1).max(axis=1)
    largest = rows if form.per_channel else rows.max(keepdims=True)
    grid = Quantization((), (), bits=form.weight_bits)
    scales = tuple(_scale(form, max(float(value), 1e-3) / grid.qmax) for value in largest)
    axis = 0 if form.per_channel else None
    return replace(grid, scale=scales, zero_point=(0,) * len(scales), axis=axis)


def _bias_grid(sums: list[float], bias: np.ndarray, form: IntegerForm) -> Quantization:
    """Return the grid of the accumulator, or for 8 bits one that is 2**n times as coarse."""
    coarser = 1.0
    if form.bias_bits == 8:
        needed = float(np.abs(bias).max()) / 127 / min(sums)
        coarser = 2.0 ** max(0, np.ceil(np.log2(max(needed, 1e-6))))
    scales = tuple(float(np.float32(scale * coarser)) for scale in sums)
    axis = 0 if len(scales) > 1 or form.per_channel else None
    return Quantization(scales, (0,) * len(scales), bits=form.bias_bits, axis=axis)
