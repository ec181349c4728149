"""The Graph: our intermediate representation of a network, float or integer.

One Graph holds a network between the hub (ONNX) and a back end's artifact. All values are
immutable; passes return new Graphs. Layout letters: N batch, C channels, H height, W width,
K output channels. Images are NCHW, or NHWC after compilers.passes.channels_last; only N may be
symbolic.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import ceil, prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from zoo.errors import HubError, QuantizeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Attribute",
    "Border",
    "Graph",
    "Node",
    "Quantization",
    "Shape",
    "Tensor",
    "bits_of",
    "quantization_of",
]

_WIDTHS = (4, 8, 16, 32)

Attribute = int | float | str | tuple[int, ...] | tuple[float, ...]
Shape = tuple[int | str, ...]


@dataclass(frozen=True)
class Quantization:
    """Mapping from integers to reals: real = scale * (q - zero_point).

    scale: float32 values, one, or one per index of `axis`.  zero_point: the same number.
    bits, signed: the range of q, which may be narrower than the storage type.
    rounding: from reals to integers, 'half_even', 'half_up' (floor(x + 0.5)), or 'two_stage': half
    to even, and what computes such a tensor may round twice (compilers.op_parts.two_stage).
    """

    scale: tuple[float, ...]
    zero_point: tuple[int, ...]
    bits: int = 8
    signed: bool = True
    axis: int | None = None
    rounding: str = "half_even"

    @property
    def qmin(self) -> int:
        """Smallest integer of the range."""
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def qmax(self) -> int:
        """Largest integer of the range."""
        return (1 << (self.bits - (1 if self.signed else 0))) - 1

    @property
    def dtype(self) -> str:
        """Name of the narrowest storage type that holds the bits, such as 'uint8' or 'int4'."""
        width = next((width for width in _WIDTHS if self.bits <= width), self.bits)
        return f"{'int' if self.signed else 'uint'}{width}"


@dataclass(frozen=True, eq=False)
class Tensor:
    """A value of the graph: an activation, or a constant if `data` is set.

    dtype: 'float32', 'float16', 'uint8', 'int8', 'int4', 'int32', 'int64'; int4 data is stored in
    int8 arrays.  layout: 'NCHW' or 'NHWC' for images, '' if axes have no spatial meaning.
    data: read-only array of exactly `shape`.
    """

    name: str
    shape: Shape
    dtype: str = "float32"
    layout: str = ""
    quantization: Quantization | None = None
    data: "NDArray[Any] | None" = None

    def __post_init__(self) -> None:
        if self.data is not None:
            self.data.flags.writeable = False

    @property
    def is_constant(self) -> bool:
        """Whether the value is a constant rather than computed."""
        return self.data is not None

    @property
    def size_bytes(self) -> int:
        """The memory of one sample's values, 4-bit ones packed; an open batch is one sample."""
        count = prod(n for n in self.shape if isinstance(n, int))
        return ceil(count * bits_of(self.dtype) / 8)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tensor):
            return NotImplemented
        return self._header() == other._header() and self._bytes() == other._bytes()

    def __hash__(self) -> int:
        return hash(self.name)

    def _header(self) -> tuple[object, ...]:
        return (self.name, self.shape, self.dtype, self.layout, self.quantization)

    def _bytes(self) -> tuple[str, bytes] | None:
        return None if self.data is None else (str(self.data.dtype), self.data.tobytes())


def bits_of(dtype: str) -> int:
    """Return the bits of one value of a tensor's dtype."""
    return int("".join(filter(str.isdigit, dtype)))


def quantization_of(tensor: Tensor) -> Quantization:
    """Return the tensor's quantization; raises QuantizeError if it holds reals."""
    if tensor.quantization is None:
        raise QuantizeError(
            f"tensor '{tensor.name}' is float beside quantized tensors; quantize the whole graph"
        )
    return tensor.quantization


@dataclass(frozen=True)
class Node:
    """One operation with a single output tensor.

    name: as in the user's file, for messages.  op: name of an op plugin.
    attributes: set by the op's `parse`; 'clamp' = (low, high) is a fused ReLU, ReLU6 or clip.
    integer: constants fixed once at quantization, so that C, reference and chip need no floats,
    such as 'multiplier', 'shift' (real = multiplier * 2**-shift) and 'table'; empty in a float
    graph.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    output: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    integer: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "attributes", MappingProxyType(dict(self.attributes)))
        object.__setattr__(self, "integer", MappingProxyType(dict(self.integer)))

    def with_attributes(self, **attributes: Attribute) -> Self:
        """Return the node with some attributes set."""
        return replace(self, attributes={**self.attributes, **attributes})


@dataclass(frozen=True)
class Border:
    """The integers at a network's inputs and outputs, by input and output name.

    inputs: the output of the 'quantize' that is an input's only reader.
    outputs: the tensor that a 'dequantize' turns into an output.
    real_inside: outputs that nodes also read as reals.
    """

    inputs: Mapping[str, Tensor]
    outputs: Mapping[str, Tensor]
    real_inside: frozenset[str] = frozenset()

    @property
    def stand_ins(self) -> Mapping[str, str]:
        """Inputs and outputs that can be replaced by their integers, by integer name.

        Each integer replaces only one: the first if it is both input and output, or output twice.
        """
        sides = (*self.inputs.items(), *self.outputs.items())
        names = [tensor.name for _, tensor in sides]
        return {
            tensor.name: name
            for index, (name, tensor) in enumerate(sides)
            if tensor.name not in names[:index] and name not in self.real_inside
        }


@dataclass(frozen=True)
class Graph:
    """A network: nodes in execution order over named tensors.

    Raises HubError if a node reads a tensor that no earlier node computes, or two nodes compute the
    same tensor.
    """

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    tensors: Mapping[str, Tensor]
    nodes: tuple[Node, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tensors", MappingProxyType(dict(self.tensors)))
        object.__setattr__(self, "metadata", MappingProxyType(dict(self.metadata)))
        self._check()

    @property
    def is_quantized(self) -> bool:
        """Whether any activation holds integers."""
        return any(t.quantization and not t.is_constant for t in self.tensors.values())

    @cached_property
    def border(self) -> Border:
        """The boundary between reals and integers."""
        readers = {name: self.consumers(name) for name in self.inputs}
        producers = {name: self.producer(name) for name in self.outputs}
        inputs = {
            name: self.tensors[nodes[0].output]
            for name, nodes in readers.items()
            if [node.op for node in nodes] == ["quantize"] and name not in self.outputs
        }
        outputs = {
            name: self.tensors[node.inputs[0]]
            for name, node in producers.items()
            if node is not None and node.op == "dequantize"
        }
        inside = frozenset(name for name in outputs if self.consumers(name))
        return Border(inputs, outputs, inside)

    def inputs_of(self, node: Node) -> tuple[Tensor, ...]:
        """Return the tensors that a node reads."""
        return tuple(self.tensors[name] for name in node.inputs)

    def producer(self, tensor: str) -> Node | None:
        """Return the node that computes a tensor; None for inputs and constants."""
        return next((node for node in self.nodes if node.output == tensor), None)

    def consumers(self, tensor: str) -> tuple[Node, ...]:
        """Return the nodes that read a tensor, in execution order."""
        return tuple(node for node in self.nodes if tensor in node.inputs)

    def replace(self, nodes: Iterable[Node], tensors: Iterable[Tensor] = ()) -> "Graph":
        """Return the graph with these nodes and changed tensors, without unused tensors."""
        kept_nodes = tuple(nodes)
        known = {**self.tensors, **{tensor.name: tensor for tensor in tensors}}
        used = {name for node in kept_nodes for name in (*node.inputs, node.output)}
        used.update(self.inputs, self.outputs)
        kept = {name: tensor for name, tensor in known.items() if name in used}
        return replace(self, nodes=kept_nodes, tensors=kept)

    def _check(self) -> None:
        computed = set(self.inputs) | {n for n, t in self.tensors.items() if t.is_constant}
        for node in self.nodes:
            missing = [name for name in node.inputs if name not in computed]
            if missing:
                raise HubError(
                    f"graph '{self.name}': node '{node.name}' ({node.op}) reads '{missing[0]}', "
                    "which nothing before it computes; order the nodes producers first"
                )
            if node.output in computed:
                raise HubError(
                    f"graph '{self.name}': node '{node.name}' ({node.op}) computes "
                    f"'{node.output}' a second time; every tensor has one producer"
                )
            computed.add(node.output)
        absent = [name for name in self.outputs if name not in computed]
        if absent:
            raise HubError(f"graph '{self.name}': nothing computes its output '{absent[0]}'")
