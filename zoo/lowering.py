"""How an op becomes part of an artifact: a lowering's view of a node, and its refusal.

A lowering is a function that `register_lowerings` names '<artifact>/<op>', such as 'tflite/conv'.
Each back end defines the function's arguments: see docs/plugins.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NoReturn

from zoo import registry
from zoo.capability import Capability
from zoo.errors import UnsupportedOpError
from zoo.graph import Graph, Node, Quantization, Tensor
from zoo.target import Target

__all__ = [
    "Lowering",
    "NodeView",
    "Refusal",
    "capability_of",
    "find_lowering",
    "lowered_ops",
    "remedy_without",
]

Lowering = Callable[..., Any]

_MOVES = ("concat", "dequantize", "quantize", "reshape", "transpose")


class Refusal(UnsupportedOpError):  # noqa: N818 (a refusal is not a fault)
    """A node that a back end does not support: as a message, and in its parts.

    runs_on: 'CPU' if the vendor's compiler would fall back to it; otherwise 'refused'.
    """

    def __init__(self, node: Node, why: str, remedy: str, runs_on: str = "refused") -> None:
        self.node, self.why, self.remedy, self.runs_on = node, why, remedy, runs_on
        super().__init__(self.capability.refusal)

    @property
    def capability(self) -> Capability:
        """The refusal as `zoo show --target` reports it."""
        return Capability(self.node.name, self.node.op, self.runs_on, self.why, self.remedy)


@dataclass(frozen=True)
class NodeView:
    """A node with its tensors."""

    graph: Graph
    node: Node

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """The tensors that the node reads."""
        return self.graph.inputs_of(self.node)

    @property
    def output(self) -> Tensor:
        """The tensor that the node computes."""
        return self.graph.tensors[self.node.output]

    @property
    def producer(self) -> Node | None:
        """The node that computes the first input."""
        return self.graph.producer(self.node.inputs[0])

    @property
    def input_grid(self) -> Quantization:
        """Quantization of the first input."""
        return self.grid(self.inputs[0])

    @property
    def output_grid(self) -> Quantization:
        """Quantization of the output."""
        return self.grid(self.output)

    def grid(self, tensor: Tensor) -> Quantization:
        """Return a tensor's quantization; refuses the node if the tensor holds reals."""
        if tensor.quantization is None:
            self.refuse(f"'{tensor.name}' is float", "quantize the whole graph with --quant ptq")
        return tensor.quantization

    def fixed(self, name: str) -> tuple[int, ...]:
        """Return integer constants of the node, fixed at quantization."""
        return self.node.integer[name]

    def refuse(self, why: str, remedy: str, runs_on: str = "refused") -> NoReturn:
        """Raise Refusal."""
        raise Refusal(self.node, why, remedy, runs_on)


def capability_of(view: NodeView, runs_on: str, lower: Callable[[], object]) -> Capability:
    """Return that a unit runs the node, or why `lower` refuses it.

    This keeps `zoo show --target` consistent with `zoo build`.
    """
    try:
        lower()
    except Refusal as refusal:
        return refusal.capability
    return Capability(view.node.name, view.node.op, runs_on)


def find_lowering(artifact: str, view: NodeView, target: Target | None = None) -> Lowering:
    """Return the lowering of a node to an artifact: its op's own, or that of the op's family.

    target: the board, where the artifact holds all that its chip can do.
    Raises Refusal: with what the board has instead, or with the name that could be registered.
    """
    found = _lowered_as(view.node.op, artifact)
    if not found:
        _refuse_op(artifact, view, target)
    lowering: Lowering = registry.load("lowering", f"{artifact}/{found}")
    return lowering


def _refuse_op(artifact: str, view: NodeView, target: Target | None) -> NoReturn:
    op, ops = view.node.op, lowered_ops(artifact)
    others = f"use {' or '.join(get_close_matches(op, ops, n=1) or ops)}"
    if target is not None:
        view.refuse(f"{target.name} has no '{op}'", remedy_without(view, target, others))
    view.refuse(
        f"no lowering '{artifact}/{op}' is registered",
        f"{_step_or(others, view)}, or register one with a plugin's register_lowerings",
    )


def remedy_without(view: NodeView, target: Target, others: str) -> str:
    """Return what to do where a board has no such op: a step or other ops, another runtime.

    others: how to do without the op inside a network.
    """
    runtimes = [
        f"or build it with --runtime {name}"
        for name, runtime in target.runtimes.items()
        if _lowered_as(view.node.op, runtime.compiler)
    ]
    return ", ".join((_step_or(others, view), *runtimes))


def _step_or(others: str, view: NodeView) -> str:
    """Return to use the contract's step of an op's name, at a network's end, or `others`."""
    op = view.node.op
    if registry.knows("step", op) and _is_at_the_end(view):
        return f"end the network before it and put the step '{op}' into the contract's post"
    return others


def _is_at_the_end(view: NodeView) -> bool:
    """Whether what follows a node only moves values."""
    readers = view.graph.consumers(view.node.output)
    return all(node.op in _MOVES and _is_at_the_end(NodeView(view.graph, node)) for node in readers)


def _lowered_as(op: str, artifact: str) -> str:
    """Return the op or its family, which has a lowering to an artifact; '' for neither."""
    ops = lowered_ops(artifact)
    return next((name for name in (op, registry.load("op", op).family) if name in ops), "")


def lowered_ops(artifact: str) -> tuple[str, ...]:
    """Return the ops and op families with a lowering to an artifact, sorted."""
    found = (name.partition("/") for name in registry.names("lowering"))
    return tuple(op for folder, _, op in found if folder == artifact)
