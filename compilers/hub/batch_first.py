"""Moves the batch of one sample back to the front of every value.

Exporters put it elsewhere, as in x.permute(1, 0, 2), or drop it, as in x.squeeze(0) and
x.reshape(-1). With one sample the order of the values in memory stays the same, so the network can
compute on [1, ...] instead. A value is moved if its batch is not its first axis; its form with the
batch in front is a value of its own, and the nodes that read it are rewritten.

    file      X [T, 1, C]  LSTM            Y [T, D, 1, H]  Squeeze(1)  Gather(-1, axis 0)  [1, H]
    here      X [1, T, C]  LSTM, layout 1  Y [1, T, D, H]  Squeeze(2)  Gather(-1, axis 1)  [1, H]
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, helper, numpy_helper

from compilers.fresh_name import reserve_name
from compilers.hub.changed_node import attribute_of, changed_node
from compilers.hub.infer_shapes import infer_shapes

__all__ = ["batch_first"]

Nodes = list[NodeProto] | None
"""A node's replacement, None if it must stay as it is."""

_ELEMENTWISE = (
    *("Abs", "Add", "Cast", "Ceil", "Clip", "Div", "Dropout", "Elu", "Erf", "Exp", "Floor"),
    *("Gelu", "HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "Log", "Max", "Min", "Mish"),
    *("Mul", "Neg", "Pow", "Reciprocal", "Relu", "Round", "Selu", "Sigmoid", "Softplus"),
    *("Softsign", "Sqrt", "Sub", "Tanh", "Where"),
)
_RECURRENT = ("GRU", "LSTM", "RNN")


@dataclass(frozen=True)
class _Moved:
    """The form of a value with the batch in front.

    name: of that form.  batch: the axis where the value itself has the batch, None for none.
    """

    name: str
    batch: int | None

    def axis(self, axis: int) -> int | None:
        """Return an axis of the value as one of this form; None for the batch."""
        if axis == self.batch:
            return None
        return axis + (self.batch is None or axis < self.batch)


@dataclass
class _Rewriting:
    """The rewriting of one model with a batch of one.

    shapes: of all values in the file, as far as known.  moved: by name.
    """

    model: ModelProto
    shapes: Mapping[str, tuple[int, ...]]
    constants: Mapping[str, NDArray[Any]]
    taken: set[str]
    moved: dict[str, _Moved] = field(default_factory=dict)
    restored: set[str] = field(default_factory=set)

    def nodes(self) -> Iterator[NodeProto]:
        """Yield the nodes of the rewritten model."""
        for node in self.model.graph.node:
            replaced = self._replacement(node)
            if replaced is None:
                yield from self._restored(node.input)
                replaced = [node]
            yield from replaced
        yield from self._restored([value.name for value in self.model.graph.output])

    def move(self, name: str, batch: int | None) -> str:
        """Return the name of a value's new form; its own if the batch is in front already."""
        if batch == 0:
            return name
        self.moved[name] = _Moved(self.fresh(f"{name}.batch_first"), batch)
        return self.moved[name].name

    def fresh(self, wish: str) -> str:
        return reserve_name(wish, self.taken)

    def constant(self, wish: str, values: NDArray[Any]) -> str:
        """Add a constant and return its name."""
        name = self.fresh(wish)
        tensor = numpy_helper.from_array(np.ascontiguousarray(values), name)
        self.model.graph.initializer.append(tensor)
        return name

    def integers(self, wish: str, values: Sequence[int]) -> str:
        """Add a list of int64 and return its name."""
        return self.constant(wish, np.array(values, np.int64))

    def _replacement(self, node: NodeProto) -> Nodes:
        known = all(name in self.shapes for name in (*node.input, *node.output) if name)
        if node.domain not in ("", "ai.onnx") or not known or not node.input:
            return None
        if any(name in self.moved for name in node.input):
            change = _ELEMENTWISE_CHANGE if node.op_type in _ELEMENTWISE else None
            change = change or _CHANGES.get(node.op_type)
        elif node.input[0] in self.constants or self.shapes[node.input[0]][:1] != (1,):
            return None
        else:
            change = _STARTS.get(node.op_type)
        return change(self, node) if change else None

    def _restored(self, names: Sequence[str]) -> Iterator[NodeProto]:
        """Yield nodes that compute values as the file has them."""
        for name in dict.fromkeys(names):
            if name in self.moved and name not in self.restored:
                self.restored.add(name)
                shape = self.integers(f"{name}.shape", self.shapes[name])
                yield helper.make_node("Reshape", [self.moved[name].name, shape], [name])


def batch_first(model: ModelProto) -> None:
    """Rewrite a model whose inputs have a batch of one; nodes without a rule stay as they are."""
    shapes = {
        name: tuple(dim.dim_value for dim in shape.dim)
        for name, shape in infer_shapes(model).items()
        if all(dim.HasField("dim_value") for dim in shape.dim)
    }
    constants = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    constants |= dict(_stated_constants(model))
    taken = {*shapes, *(name for node in model.graph.node for name in node.output)}
    rewriting = _Rewriting(model, shapes, constants, taken)
    nodes = list(rewriting.nodes())
    if rewriting.moved:
        del model.graph.node[:], model.graph.value_info[:]
        model.graph.node.extend(nodes)


def _stated_constants(model: ModelProto) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield names and values of Constant nodes."""
    for node in model.graph.node:
        value = attribute_of(node, "value") if node.op_type == "Constant" else None
        if value is not None:
            yield node.output[0], numpy_helper.to_array(value)


def _written(
    node: NodeProto, inputs: Sequence[str], outputs: Sequence[str], **attributes: object
) -> NodeProto:
    """Return the node with other inputs, outputs, and some other attributes."""
    new = changed_node(node, (), **attributes)
    new.input[:], new.output[:] = inputs, outputs
    return new


def _form(work: _Rewriting, name: str) -> _Moved:
    """Return the form of a value with the batch in front, which may be its own."""
    return work.moved.get(name, _Moved(name, 0))


def _transpose(work: _Rewriting, node: NodeProto) -> Nodes:
    source, rank = _form(work, node.input[0]), len(work.shapes[node.input[0]])
    order = list(attribute_of(node, "perm", range(rank)[::-1]))
    if source.batch is None:
        front, batch = [0, *(axis + 1 for axis in order)], None
    else:
        batch = order.index(source.batch)
        axes = (source.axis(axis) for axis in order)
        front = [0, *(axis for axis in axes if axis is not None)]
    if source.batch == 0 and batch == 0:
        return None
    return [_written(node, [source.name], [work.move(node.output[0], batch)], perm=front)]


def _reshape(work: _Rewriting, node: NodeProto) -> Nodes:
    """The order of the values is the same in both forms, so any shape is a reshape."""
    source, shape = _form(work, node.input[0]), work.shapes[node.output[0]]
    has_batch = shape[:1] == (1,)
    if source.batch == 0 and has_batch:
        return None
    output = work.move(node.output[0], 0 if has_batch else None)
    sizes = work.integers(f"{output}.sizes", shape if has_batch else (1, *shape))
    return [helper.make_node("Reshape", [source.name, sizes], [output], node.name)]


def _gather(work: _Rewriting, node: NodeProto) -> Nodes:
    source, rank = _form(work, node.input[0]), len(work.shapes[node.input[0]])
    axis = attribute_of(node, "axis", 0) % rank
    own = source.axis(axis)
    indices = work.constants.get(node.input[1])
    if indices is None or (own is None and (indices.ndim or source.batch != 0)):
        return None
    if own is None:  # x[0]
        return [helper.make_node("Identity", [source.name], [work.move(node.output[0], None)])]
    batch = source.batch
    if batch is not None and axis < batch:
        batch += indices.ndim - 1
    output = work.move(node.output[0], batch)
    return [_written(node, [source.name, node.input[1]], [output], axis=own)]


def _slice(work: _Rewriting, node: NodeProto) -> Nodes:
    source, rank = _form(work, node.input[0]), len(work.shapes[node.input[0]])
    names = [*node.input, *[""] * (5 - len(node.input))]
    starts, axes = work.constants.get(names[1]), work.constants.get(names[3])
    if starts is None or (names[3] and axes is None):
        return None
    given = range(starts.size) if axes is None else (int(axis) % rank for axis in axes)
    own = [source.axis(axis) for axis in given]
    if None in own:
        return None
    output = work.move(node.output[0], source.batch)
    names[3] = work.integers(f"{output}.axes", [axis for axis in own if axis is not None])
    inputs = [source.name, *names[1:]][: 5 if names[4] else 4]
    return [_written(node, inputs, [output])]


def _along_axis(work: _Rewriting, node: NodeProto) -> Nodes:
    """Rewrite an operator that works along one axis and keeps the number of axes."""
    source, rank = _form(work, node.input[0]), len(work.shapes[node.input[0]])
    default = {"Split": 0}.get(node.op_type, -1)
    axis = source.axis(attribute_of(node, "axis", default) % rank)
    if axis is None:
        return None
    outputs = [work.move(name, source.batch) for name in node.output]
    return [_written(node, [source.name, *node.input[1:]], outputs, axis=axis)]


def _concat(work: _Rewriting, node: NodeProto) -> Nodes:
    sources = [_form(work, name) for name in node.input]
    (first, *others), rank = sources, len(work.shapes[node.input[0]])
    axis = first.axis(attribute_of(node, "axis") % rank)
    is_constant = any(name in work.constants for name in node.input)
    if axis is None or is_constant or any(other.batch != first.batch for other in others):
        return None
    output = work.move(node.output[0], first.batch)
    return [_written(node, [source.name for source in sources], [output], axis=axis)]


def _squeeze(work: _Rewriting, node: NodeProto) -> Nodes:
    source, shape = _form(work, node.input[0]), work.shapes[node.input[0]]
    given = work.constants.get(node.input[1]) if len(node.input) > 1 else None
    if given is None:
        return None
    axes = {int(axis) % len(shape) for axis in given}
    batch = source.batch
    batch = None if batch is None or batch in axes else batch - sum(a < batch for a in axes)
    if source.batch == 0 and batch == 0:
        return None
    return _as_reshape(work, node, source, batch)


def _unsqueeze(work: _Rewriting, node: NodeProto) -> Nodes:
    source, given = _form(work, node.input[0]), work.constants.get(node.input[1])
    rank = len(work.shapes[node.output[0]])
    if given is None:
        return None
    axes = {int(axis) % rank for axis in given}
    if source.batch is None:
        batch = 0 if 0 in axes else None
    else:
        batch = [axis for axis in range(rank) if axis not in axes][source.batch]
    if source.batch == 0 and batch == 0:
        return None
    return _as_reshape(work, node, source, batch)


def _as_reshape(
    work: _Rewriting, node: NodeProto, source: _Moved, batch: int | None
) -> list[NodeProto]:
    """Return a reshape to the output's form with the batch in front."""
    shape = work.shapes[node.output[0]]
    inner = [size for axis, size in enumerate(shape) if axis != batch]
    output = work.move(node.output[0], batch)
    sizes = work.integers(f"{output}.sizes", [1, *inner])
    return [helper.make_node("Reshape", [source.name, sizes], [output], node.name)]


def _elementwise(work: _Rewriting, node: NodeProto) -> Nodes:
    """Rewrite an operator on values of equal rank, and constants."""
    computed = [name for name in node.input if name and name not in work.constants]
    rank = len(work.shapes[node.output[0]])
    batch, *others = _common_batches(work, computed)
    if others or any(len(work.shapes[name]) != rank for name in computed):
        return None
    return _combined(work, node, batch, rank)


def _common_batches(work: _Rewriting, names: Sequence[str]) -> list[int | None]:
    """Return the axis where all values can have their batch, or several axes if there is none.

    A value without a batch may get one at an axis of size 1.
    """
    batches = list(dict.fromkeys(_form(work, name).batch for name in names))
    known = [batch for batch in batches if batch is not None]
    without = [work.shapes[name] for name in names if _form(work, name).batch is None]
    if len(known) == 1 and all(shape[known[0] : known[0] + 1] == (1,) for shape in without):
        return list(known)
    return list(batches)


def _combined(work: _Rewriting, node: NodeProto, batch: int | None, rank: int) -> Nodes:
    """Return the operator on forms with the batch of that axis in front."""
    inputs, reshaped = [], []
    for name in node.input:
        if name in work.constants or not name or _form(work, name).batch == batch:
            inputs.append(name and _aligned(work, name, batch, rank))
            continue
        shape = work.shapes[name]
        front = work.fresh(f"{name}.batch_first")
        inner = [size for axis, size in enumerate(shape) if axis != batch]
        sizes = work.integers(f"{front}.sizes", [1, *inner])
        reshaped.append(helper.make_node("Reshape", [_form(work, name).name, sizes], [front]))
        inputs.append(front)
    if None in inputs:
        return None
    output = work.move(node.output[0], batch)
    return [*reshaped, _written(node, [str(name) for name in inputs], [output])]


def _aligned(work: _Rewriting, name: str, batch: int | None, rank: int) -> str | None:
    """Return a value, or a constant that is broadcast against it, with the batch in front."""
    if name not in work.constants:
        return _form(work, name).name
    shape = work.shapes[name]
    if batch is None or rank - len(shape) > batch:
        return name
    if shape[batch - rank] != 1:
        return None
    wide = (*(1,) * (rank - len(shape)), *shape)
    moved = np.moveaxis(work.constants[name].reshape(wide), batch, 0)
    return work.constant(f"{name}.batch_first", moved)


def _matmul(work: _Rewriting, node: NodeProto) -> Nodes:
    """Rewrite a product whose matrices, the last two axes, do not hold the batch.

    A constant matrix works along the last axis alone, so the batch may be beside it.
    """
    first, second = node.input[:2]
    source, rank = _form(work, first), len(work.shapes[first])
    weight = work.constants.get(second)
    if weight is not None and weight.ndim == 2 and rank > 1 and source.batch != rank - 1:
        output = work.move(node.output[0], source.batch)
        return [_written(node, [source.name, second], [output])]
    return _product(work, node)


def _product(work: _Rewriting, node: NodeProto) -> Nodes:
    """Rewrite a product of two values of equal rank, or one and a constant."""
    computed = [name for name in node.input if name not in work.constants]
    ranks = {len(work.shapes[name]) for name in computed}
    batch, *others = _common_batches(work, computed)
    rank = max(ranks)
    fits = not others and len(ranks) == 1 and (batch is None or batch < rank - 2)
    if not fits or max(len(work.shapes[name]) for name in node.input) > rank:
        return None
    return _combined(work, node, batch, rank)


def _gemm(work: _Rewriting, node: NodeProto) -> Nodes:
    """Rewrite a dense layer over rows as a product of matrices and an addition."""
    source, weight = _form(work, node.input[0]), work.constants.get(node.input[1])
    settings = [attribute_of(node, name, 1) for name in ("alpha", "beta")]
    if source.batch is not None or weight is None or settings != [1, 1]:
        return None
    if attribute_of(node, "transA", 0):
        return None
    matrix = weight.T if attribute_of(node, "transB", 0) else weight
    name = work.constant(f"{node.output[0]}.matrix", matrix)
    output = work.move(node.output[0], None)
    if len(node.input) < 3 or not node.input[2]:
        return [helper.make_node("MatMul", [source.name, name], [output], node.name)]
    product = work.fresh(f"{node.output[0]}.product")
    return [
        helper.make_node("MatMul", [source.name, name], [product], node.name),
        helper.make_node("Add", [product, node.input[2]], [output], f"{node.name}/bias"),
    ]


def _recurrent(work: _Rewriting, node: NodeProto) -> Nodes:
    """Rewrite a recurrent layer over [T, 1, C] as one over [1, T, C], which ONNX calls layout 1."""
    source = work.moved.get(node.input[0])
    if attribute_of(node, "layout", 0) or source is None or source.batch != 1:
        return None
    states = {index: name for index, name in enumerate(node.input[5:7], 5) if name}
    inputs = [source.name, *node.input[1:]]
    for index, name in states.items():
        if name in work.constants:
            moved = work.constants[name].swapaxes(0, 1)
            inputs[index] = work.constant(f"{name}.batch_first", moved)
        elif _form(work, name).batch == 1:
            inputs[index] = _form(work, name).name
        else:
            return None
    axes = (2, 1, 1)
    outputs = [
        work.move(name, axis) if name else "" for name, axis in zip(node.output, axes, strict=False)
    ]
    return [_written(node, inputs, outputs, layout=1)]


Change = Callable[[_Rewriting, NodeProto], Nodes]

_ELEMENTWISE_CHANGE: Change = _elementwise

_STARTS: Mapping[str, Change] = MappingProxyType(
    {
        "Flatten": _reshape,
        "Gather": _gather,
        "Reshape": _reshape,
        "Squeeze": _squeeze,
        "Transpose": _transpose,
        "Unsqueeze": _unsqueeze,
    }
)
"""Operators that may move or drop a batch in front."""

_CHANGES: Mapping[str, Change] = MappingProxyType(
    {
        **_STARTS,
        **dict.fromkeys(_RECURRENT, _recurrent),
        "Concat": _concat,
        "Gemm": _gemm,
        "LayerNormalization": _along_axis,
        "LogSoftmax": _along_axis,
        "MatMul": _matmul,
        "Slice": _slice,
        "Softmax": _along_axis,
        "Split": _along_axis,
    }
)
