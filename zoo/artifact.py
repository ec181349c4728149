"""An artifact: the files for the chip, and their required exactness."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, prod

from zoo.graph import Graph, Tensor, bits_of

__all__ = [
    "Artifact",
    "Exactness",
    "Memory",
    "float_requantization",
    "graph_memory",
    "memory_text",
]

_ROUNDINGS = 60
_LSB = 3
_STORED_BITS = 16


@dataclass(frozen=True)
class Exactness:
    """Maximum difference from the reference at the network's outputs, and the reason.

    bound: infinite if a difference is measured but not judged.
    unit: 'lsb' of the output's scale for integer graphs, 'relative' to the output's largest
    magnitude for float graphs.
    """

    bound: float
    unit: str
    why: str


@dataclass(frozen=True)
class Memory:
    """The memory of a network.

    arena_bytes: for activations, as the compiler plans it; otherwise the most that are needed at a
    time.  weights_bytes: for constants.
    is_shared: whether all networks of a program use the largest of their arenas.
    is_planned: whether the compiler plans it; otherwise a runtime allocates this much and more.
    """

    arena_bytes: int
    weights_bytes: int
    is_shared: bool = False
    is_planned: bool = True


def graph_memory(graph: Graph, weight_bits: int = 0) -> Memory:
    """Return what a graph's values take, each in memory from its node to its last reader.

    weight_bits: of a real constant in the artifact, if fewer than in the graph.
    """
    last = {name: index for index, node in enumerate(graph.nodes) for name in node.inputs}
    last |= dict.fromkeys(graph.outputs, len(graph.nodes))
    alive = {name: graph.tensors[name].size_bytes for name in graph.inputs}
    peak = sum(alive.values())
    for index, node in enumerate(graph.nodes):
        alive[node.output] = graph.tensors[node.output].size_bytes
        peak = max(peak, sum(alive.values()))
        alive = {name: size for name, size in alive.items() if last.get(name, -1) > index}
    constants = (tensor for tensor in graph.tensors.values() if tensor.is_constant)
    weights_bytes = sum(_constant_bytes(each, weight_bits) for each in constants)
    return Memory(peak, weights_bytes, is_planned=False)


def memory_text(networks: Mapping[str, Memory]) -> str:
    """Return what a program of these networks needs, in words, '' for none of them."""
    if not all(memory.is_planned for memory in networks.values()):
        each = (f"{name} {_bytes_text(memory)}" for name, memory in networks.items())
        return f"{'; '.join(each)}. What the runtime takes besides is not counted"
    arenas = [memory.arena_bytes for memory in networks.values()]
    is_shared = len(arenas) > 1 and all(memory.is_shared for memory in networks.values())
    weights = sum(memory.weights_bytes for memory in networks.values())
    text = f"{max(arenas) if is_shared else sum(arenas):,} bytes for activations"
    if is_shared:
        listed = " and ".join(f"{arena:,}" for arena in arenas)
        text += f", the larger of {listed}, because the networks run one after the other"
    return f"{text}; {weights:,} bytes for constants"


def _bytes_text(memory: Memory) -> str:
    return (
        f"{memory.weights_bytes:,} bytes for weights and up to {memory.arena_bytes:,} for "
        "activations at a time"
    )


def _constant_bytes(tensor: Tensor, real_bits: int) -> int:
    """Return a constant's size. real_bits: of floats, if not the dtype's."""
    bits = bits_of(tensor.dtype)
    if real_bits and tensor.dtype.startswith("float"):
        bits = min(bits, real_bits)
    return ceil(prod(n for n in tensor.shape if isinstance(n, int)) * bits / 8)


@dataclass(frozen=True)
class Artifact:
    """Output of a compiler. files: contents by name; `main` is the one that the app loads.

    memory: None if a runtime allocates it; it is then derived from the graph.
    notes: remarks for readers of the certificate, such as a missing vendor compiler.
    """

    kind: str
    main: str
    files: Mapping[str, bytes]
    exactness: Exactness
    notes: tuple[str, ...] = ()
    memory: Memory | None = None


def float_requantization(graph: Graph) -> Exactness:
    """Return the allowed deviation of a runtime that requantizes an integer graph in float32.

    A value between two integers may round either way, and later layers propagate the difference:
    allow 3 LSB for every started 60 consecutive roundings. PFLD has 55. Measured, not proven: an op
    that narrows the range (a clip, a steep function) amplifies each difference. In an output with
    more bits than a value before it, one step of that is as many steps as it is coarser.
    """
    roundings: dict[str, int] = {}
    for node in graph.nodes:
        before = max((roundings.get(name, 0) for name in node.inputs), default=0)
        roundings[node.output] = before + (1 if node.integer else 0)
    in_a_row = max(roundings.get(name, 0) for name in graph.outputs)
    why = (
        f"the runtime requantizes in float32, the reference in exact integers: each of {in_a_row} "
        "roundings in a row may go either way"
    )
    steps = _LSB * max(ceil(in_a_row / _ROUNDINGS), 1)
    extra = _extra_output_bits(graph)
    if extra:
        why += f", and one of a value inside is up to {1 << extra} steps of the output's finer ones"
    return Exactness(steps << extra, "lsb", why)


def _extra_output_bits(graph: Graph) -> int:
    """Return how many bits more the widest output has than the narrowest value.

    Outputs that are accumulators are not rounded.
    """
    grids = {name: t.quantization for name, t in graph.tensors.items() if not t.is_constant}
    bits = {name: grid.bits for name, grid in grids.items() if grid and grid.bits <= _STORED_BITS}
    held = (graph.border.outputs.get(name, graph.tensors[name]) for name in graph.outputs)
    outputs = [bits[tensor.name] for tensor in held if tensor.name in bits]
    return max(outputs, default=0) - min(bits.values()) if outputs else 0
