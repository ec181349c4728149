"""The .xmodel file under construction, with the tensors of the Graph so far.

Images are NHWC with a batch of 1. Every value is FLOAT32, rounded to integers by a `fix` op.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.fresh_name import fresh_name
from compilers.quantize.power_of_two import fix_point_of
from compilers.xmodel.xir import XirGraph, XirOp, XirSubgraph, XirTensor, attributes_of
from zoo.errors import UnsupportedOpError
from zoo.graph import Graph, Quantization, Tensor
from zoo.lowering import NodeView

__all__ = ["Arguments", "Scope", "file_shape"]

Arguments = Mapping[str, Sequence[str]]


class Scope:
    """Adds ops in order. `graph`: the graph to lower, images NHWC."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._outputs = _outputs(graph)
        self._names = _names(graph, self._outputs)
        self._ops: dict[str, XirOp] = {}
        self._values: dict[str, str] = {}

    def name_of(self, tensor: str) -> str:
        """Return the name for the op of a tensor: for an output, the graph output's."""
        return self._names[tensor]

    def new_name(self, wish: str) -> str:
        """Return a name for an op without a tensor of the graph."""
        return fresh_name(wish, {*self._names.values(), *self._ops})

    def read(self, tensor: str) -> str:
        """Return the op of an activation, or of an unchanged constant."""
        if tensor not in self._values:
            constant = self.graph.tensors[tensor]
            assert constant.data is not None
            self._values[tensor] = self.constant(constant, constant.data)
        return self._values[tensor]

    def operands(self, view: NodeView) -> list[str]:
        """Return the ops of the inputs of a sum or a product; constants broadcast.

        Refuses an activation of another rank.
        """
        return [self._operand(view, tensor, len(view.output.shape)) for tensor in view.inputs]

    @property
    def ops(self) -> tuple[XirOp, ...]:
        """The added ops, in order."""
        return tuple(self._ops.values())

    def shape(self, op: str) -> tuple[int, ...]:
        """Return the shape of an op's output, images NHWC."""
        return self._ops[op].tensor.shape

    def add(
        self,
        name: str,
        kind: str,
        shape: Sequence[int],
        arguments: Arguments,
        attributes: Mapping[str, object] | None = None,
    ) -> str:
        """Add an op, and return its name."""
        inputs = {role: tuple(ops) for role, ops in arguments.items()}
        tensor = XirTensor(name, tuple(shape))
        self._ops[name] = XirOp(name, kind, tensor, inputs, attributes_of(attributes or {}))
        return name

    def input(self, name: str) -> str:
        """Add one of the graph's inputs if missing, and return its op."""
        if name in self._ops:
            return name
        shape = file_shape(self.graph.tensors[name].shape)
        return self.add(name, "data", shape, {}, {"shape": shape, "data_type": "FLOAT32"})

    def constant(self, tensor: Tensor, data: NDArray[np.integer[Any]]) -> str:
        """Add a constant's reals, in the order of `data`, and the fix of their integers."""
        name, point = self.name_of(tensor.name), fix_point_of(_grid(tensor))
        reals = np.ldexp(data.astype(np.float32), -point)
        op = self.reals(self.new_name(name) if name in self._ops else name, reals)
        return self._fix(self.new_name(fix_name(op)), op, point)

    def reals(self, name: str, values: NDArray[np.floating[Any]]) -> str:
        """Add a constant without a fix."""
        attributes = {
            "shape": values.shape,
            "data_type": "FLOAT32",
            "data": values.astype("<f4").tobytes(),
        }
        return self.add(name, "const", values.shape, {}, attributes)

    def store(self, tensor: str, op: str) -> None:
        """Record that `op` computes a tensor, and round it.

        Tensors that only concats read are rounded after them, as in AMD's quantizer, since they
        share one fix point.
        """
        if self._only_feeds_concats(tensor):
            self.bind(tensor, op)
        else:
            self.round(tensor, op)

    def round(self, tensor: str, op: str) -> None:
        """Record that `op` computes a tensor, and round it immediately."""
        wish = fix_name(self.name_of(tensor))
        name = wish if tensor in self._outputs else self.new_name(wish)
        self.bind(tensor, self._fix(name, op, fix_point_of(_grid(self.graph.tensors[tensor]))))

    def bind(self, tensor: str, op: str) -> None:
        """Record that `op` holds a tensor unchanged."""
        self._values[tensor] = op

    def assume(self, tensor: str) -> None:
        """Record a tensor without an op, for checks without a file."""
        shape = file_shape(self.graph.tensors[tensor].shape)
        self.bind(tensor, self.add(self.new_name(tensor), "data", shape, {}))

    def finish(self) -> XirGraph:
        """Return the file."""
        results = tuple(self._values[tensor] for tensor in self._outputs)
        name = self.graph.metadata.get("zoo.model", self.graph.name)
        root = XirSubgraph("root", tuple(self._ops))
        return XirGraph(
            name, tuple(self._ops.values()), root, attributes_of({"return_ops": results})
        )

    def _operand(self, view: NodeView, tensor: Tensor, rank: int) -> str:
        if tensor.data is not None:
            ones = [1] * (rank - tensor.data.ndim)
            return self.constant(tensor, tensor.data.reshape([*ones, *tensor.data.shape]))
        if len(tensor.shape) != rank:
            view.refuse(
                f"'{tensor.name}' {tensor.shape} is added to or multiplied with one of {rank} "
                "axes; an .xmodel orders the axes of images differently",
                "reshape it to as many",
            )
        return self.read(tensor.name)

    def _fix(self, name: str, op: str, point: int) -> str:
        """Add the op that rounds to k / 2**point, half up, and saturates to int8."""
        attributes = {
            "fix_point": point,
            "bit_width": 8,
            "round_mode": "DPU_ROUND",
            "if_signed": True,
        }
        return self.add(name, "fix", self.shape(op), {"input": (op,)}, attributes)

    def _only_feeds_concats(self, tensor: str) -> bool:
        readers = self.graph.consumers(tensor)
        grid = self.graph.tensors[tensor].quantization
        return bool(readers) and all(
            node.op == "concat" and self.graph.tensors[node.output].quantization == grid
            for node in readers
        )


def fix_name(op: str) -> str:
    """Return the name of the fix after an op."""
    return f"{op}_fix"


def file_shape(shape: Sequence[int | str]) -> tuple[int, ...]:
    """Return the shape of an activation, batch 1."""
    return (1, *(int(size) for size in shape[1:]))


def _outputs(graph: Graph) -> dict[str, str]:
    """Return the graph's output by the integer tensor that it dequantizes."""
    outputs: dict[str, str] = {}
    for name in graph.outputs:
        integers = graph.border.outputs.get(name)
        if integers is None or integers.name in outputs:
            raise UnsupportedOpError(
                f"graph '{graph.name}': its output '{name}' is "
                f"{'not made of integers alone' if integers is None else 'there already'}; an "
                ".xmodel returns each integer tensor once: quantize the whole network, and leave "
                "out outputs that repeat another"
            )
        outputs[integers.name] = name
    return outputs


def _names(graph: Graph, outputs: Mapping[str, str]) -> dict[str, str]:
    """Return an op's name for each tensor.

    A quantized input or output has the graph's name followed by '_fix'; the board's program finds
    it by that name.
    """
    quantized = {n.output: n.inputs[0] for n in graph.nodes if n.op == "quantize"}
    names = {**{name: name for name in graph.inputs}, **quantized, **outputs}
    taken = {*names.values(), *map(fix_name, names.values())}
    others = (tensor for tensor in graph.tensors if tensor not in names)
    return {**{tensor: fresh_name(tensor, taken) for tensor in others}, **names}


def _grid(tensor: Tensor) -> Quantization:
    if tensor.quantization is None:
        raise UnsupportedOpError(
            f"tensor '{tensor.name}' stays float between integers; an .xmodel for the DPU holds "
            "integers only: quantize the whole network"
        )
    return tensor.quantization
