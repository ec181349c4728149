"""From an integer Graph to a CProgram."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import prod

from compilers.c.identifiers import Identifiers
from compilers.c.kernel_view import KernelView, SameMemory, Steps
from compilers.c.memory import blocks_of
from compilers.c.storage import c_type, sizes
from compilers.c.strips import Peak, Strips, in_strips
from compilers.memory_plan import Block, place
from compilers.op_table import find_op
from compilers.passes.channels_last import channels_last
from compilers.passes.verify import run_passes
from zoo.c_program import Argument, Border, Buffer, Call, CProgram, element_bytes, prefix_of
from zoo.capability import Capability
from zoo.errors import UnsupportedOpError
from zoo.graph import Graph, Node, Tensor, quantization_of
from zoo.lowering import capability_of, find_lowering

__all__ = ["capabilities", "lower_node", "make_program"]

PASSES = (channels_last,)


def make_program(graph: Graph, part: str = "") -> CProgram:
    """Return the program; raises UnsupportedOpError for nodes it cannot compute exactly.

    part: as in CProgram.
    """
    prefix = prefix_of(part)
    _check_batch(graph)
    laid = run_passes(graph, PASSES)
    inside = _inside(laid)
    calls, roots = _lower(laid, [node for node in laid.nodes if node.output in inside], prefix)
    names, integers = Identifiers(prefix), graph.border
    inputs, outputs = (
        tuple(_border(name, tensor, names) for name, tensor in side.items())
        for side in (integers.inputs, integers.outputs)
    )
    arguments = {integers.inputs[border.name].name: border.identifier for border in inputs}
    for border in outputs:
        tensor = integers.outputs[border.name].name
        root = roots.get(tensor, tensor)
        if root in arguments:  # an input, or an output under another name
            calls.append(_copy(border, tensor))
            root = border.name
        arguments[root] = border.identifier
    memory = _Memory(
        laid,
        Strips(tuple(calls)),
        roots,
        {name: tensor.name for name, tensor in integers.outputs.items()},
    ).in_strips(arguments)
    offsets, arena_bytes = memory.plan(arguments)
    return CProgram(
        name=graph.metadata.get("zoo.model", graph.name),
        inputs=inputs,
        outputs=outputs,
        buffers=memory.buffers(arguments, offsets, names),
        calls=memory.strips.calls,
        arena_bytes=arena_bytes,
        macs=_macs(graph, inside),
        scratch={
            call.name: offsets[_scratch(call)] for call in memory.strips.calls if call.scratch_bytes
        },
        part=part,
    )


def _check_batch(graph: Graph) -> None:
    batches = {t.shape[0] if t.shape else 1 for t in graph.tensors.values() if not t.is_constant}
    fixed = [batch for batch in batches if batch != 1 and not isinstance(batch, str)]
    if len(batches) > 1 or fixed:
        raise UnsupportedOpError(
            f"graph '{graph.name}': has batches {sorted(map(str, batches))}; the C back end "
            "computes one sample at a time: export with a batch of 1, or an open one, throughout"
        )


def _inside(graph: Graph) -> frozenset[str]:
    """Return the nodes within the border; refuses remaining reals."""
    border = graph.border
    for name in graph.inputs:
        if name not in border.inputs:
            raise _float_error(graph, f"input '{name}' is not quantized as a whole")
    for name in graph.outputs:
        if name not in border.outputs:
            raise _float_error(graph, f"output '{name}' is not computed by integers")
    outside = {*graph.outputs, *(tensor.name for tensor in border.inputs.values())}
    nodes = [node for node in graph.nodes if node.output not in outside]
    for node in nodes:
        if node.op in ("quantize", "dequantize"):
            raise _float_error(graph, f"node '{node.name}' ({node.op}) is inside the network")
    return frozenset(node.output for node in nodes)


def _float_error(graph: Graph, found: str) -> UnsupportedOpError:
    return UnsupportedOpError(
        f"graph '{graph.name}': {found}; the C back end computes integers only: quantize the whole "
        "graph with --quant ptq"
    )


def _border(name: str, tensor: Tensor, names: Identifiers) -> Border:
    """Return an input or output of the program. tensor: its integers."""
    grid = quantization_of(tensor)
    return Border(
        name=name,
        identifier=names.take(name),
        shape=sizes(tensor.shape),
        ctype=c_type(tensor),
        scale=grid.scale[0],
        zero_point=grid.zero_point[0],
        rounding="half_up" if grid.rounding == "half_up" else "half_even",
    )


def lower_node(view: KernelView) -> Steps:
    """Yield the calls of a node; raises Refusal."""
    view.require_stored_types()
    yield from find_lowering("c", view)(view)


def capabilities(graph: Graph) -> tuple[Capability, ...]:
    """Return one entry for each node of an integer graph within its border.

    Raises UnsupportedOpError for a graph that cannot be computed as a whole.
    """
    _check_batch(graph)
    laid = run_passes(graph, PASSES)
    inside = _inside(laid)
    nodes = [node for node in laid.nodes if node.output in inside]
    views = [KernelView(laid, node, node.output, prefix_of("")) for node in nodes]
    return tuple(capability_of(view, "CPU", partial(_calls, view)) for view in views)


def _calls(view: KernelView) -> list[Call | SameMemory]:
    return list(lower_node(view))


def _lower(graph: Graph, nodes: Iterable[Node], prefix: str) -> tuple[list[Call], dict[str, str]]:
    """Return the calls, and for each view the tensor whose memory it uses."""
    names, calls, roots = Identifiers(prefix), [], dict[str, str]()
    for node in nodes:
        name = names.take(node.name or node.output)
        for step in lower_node(KernelView(graph, node, name, prefix)):
            if isinstance(step, SameMemory):
                roots[step.output] = roots.get(step.source, step.source)
            else:
                calls.append(step)
    return calls, roots


@dataclass(frozen=True)
class _Memory:
    """Tensors and their storage.

    roots: of views.  copies: tensor by the output that copies it.
    """

    graph: Graph
    strips: Strips
    roots: Mapping[str, str]
    copies: Mapping[str, str]

    def in_strips(self, arguments: Mapping[str, str]) -> "_Memory":
        """Return the same with layers in strips where that makes the arena much smaller."""
        images = {name: shape for name in self._used() if len(shape := self._tensor(name)[1]) == 3}
        kept = frozenset({*arguments, *self.roots, *self.roots.values(), *self.copies})
        strips = in_strips(
            self.strips.calls,
            images,
            kept,
            lambda strips: replace(self, strips=strips)._peak(arguments),
        )
        return replace(self, strips=strips)

    def plan(self, arguments: Mapping[str, str]) -> tuple[dict[str, int], int]:
        """Return the offset of each tensor and scratch in the arena, and its size."""
        blocks, owner = self._blocks(arguments)
        plan = place(blocks)
        return {**plan.offsets, **{n: plan.offsets[o] for n, o in owner.items()}}, plan.arena_bytes

    def _peak(self, arguments: Mapping[str, str]) -> Peak:
        blocks, _ = self._blocks(arguments)
        used_bytes = [0] * len(self.strips.calls)
        for block in blocks:
            for index in range(block.first, block.last + 1):
                used_bytes[index] += block.size_bytes
        largest = max(range(len(used_bytes)), key=used_bytes.__getitem__, default=0)
        return Peak(place(blocks).arena_bytes, largest)

    def _blocks(self, arguments: Mapping[str, str]) -> tuple[list[Block], dict[str, str]]:
        """Return the blocks of the arena, and the block of each tensor."""
        homes = {name: self._root(name) for name in self._used()}
        homes = {name: root for name, root in homes.items() if root not in arguments}
        sizes_bytes = {root: self._size_bytes(root) for root in homes.values()}
        blocks, owner = blocks_of(self.strips.calls, homes, sizes_bytes)
        blocks += [
            Block(_scratch(call), call.scratch_bytes, index, index)
            for index, call in enumerate(self.strips.calls)
            if call.scratch_bytes
        ]
        return blocks, owner

    def buffers(
        self, arguments: Mapping[str, str], offsets: Mapping[str, int], names: Identifiers
    ) -> dict[str, Buffer]:
        """Return the buffer of each tensor that a call uses."""
        return {
            name: Buffer(
                arguments.get(self._root(name)) or names.take(name),
                *self._tensor(name),
                offsets.get(name),
            )
            for name in self._used()
        }

    def scratch(self, offsets: Mapping[str, int]) -> dict[str, int]:
        """Return the offset of each call's scratch."""
        calls = self.strips.calls
        return {call.name: offsets[_scratch(call)] for call in calls if call.scratch_bytes}

    def _used(self) -> tuple[str, ...]:
        operands = [o for call in self.strips.calls for o in (*call.inputs, call.output)]
        return tuple(dict.fromkeys(o.tensor for o in operands if isinstance(o, Argument)))

    def _root(self, name: str) -> str:
        return self.roots.get(name, name)

    def _size_bytes(self, name: str) -> int:
        ctype, shape = self._tensor(name)
        return prod(shape) * element_bytes(ctype)

    def _tensor(self, name: str) -> tuple[str, tuple[int, ...]]:
        """Return element type and stored shape."""
        whole = self.strips.whole.get(name, name)
        tensor = self.graph.tensors[self.copies.get(whole, whole)]
        return c_type(tensor), self.strips.shapes.get(name) or sizes(tensor.shape)


def _copy(border: Border, tensor: str) -> Call:
    """Return the call that copies a tensor into an output."""
    contiguous = (0, 0, 0, 1)
    settings = {
        "sizes": (1, 1, 1, border.size),
        "input_strides": contiguous,
        "output_strides": contiguous,
    }
    return Call(
        node=border.name,
        op="output",
        kernel="copy",
        name=f"{border.identifier}_copy",
        ctypes=(border.ctype, border.ctype),
        settings=settings,
        inputs=(Argument(tensor),),
        output=Argument(border.name),
    )


def _scratch(call: Call) -> str:
    return f"{call.name}/scratch"


def _macs(graph: Graph, inside: Container[str]) -> int:
    return sum(
        find_op(node.op).macs(node, graph.inputs_of(node), graph.tensors[node.output])
        for node in graph.nodes
        if node.output in inside
    )
