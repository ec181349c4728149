"""Moves of pixels and channels as convolutions by 0 and 1, which the DPU has.

The DPU neither slices nor pads by itself: its compiler leaves `strided_slice` and `transpose` to
the CPU. Each output value of a slice, a pad, a SpaceToDepth or a shuffle of channels is one input
value, so a convolution whose taps are 0 and 1 gives the same integers. Its weights have the fix
point 0, and a shift of 0.

Groups of channels become a normal convolution with zeros between the groups.

A pad by zeros becomes the pads of the convolutions that read it, where their kernels cover it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.fresh_name import fresh_name
from compilers.op_parts.arguments import integer, integers, real
from compilers.op_parts.window import Window
from compilers.op_table import find_op
from compilers.xmodel.transposed import convolution_of, spread_of
from zoo.graph import Graph, Node, Quantization, Tensor

__all__ = ["as_convolutions"]

_ONE = Quantization((1.0,), (0,))
_CHAIN = ("reshape", "transpose")
_AXES = 4


def as_convolutions(graph: Graph) -> Graph:
    """Return the integer graph, images NCHW, with the moves that a convolution can compute."""
    return _without_moves(_shuffled(_with_folded_pads(graph)))


def _without_moves(graph: Graph) -> Graph:
    nodes: list[Node] = []
    tensors = dict(graph.tensors)
    for node in graph.nodes:
        if node.op == "depth_to_space" and convolution_of(graph, node) is None:
            node, phases = _with_phases(node, tensors)
            nodes.append(phases)
        if node.op == "conv" and _has_groups(graph, node):
            node = _without_groups(node, tensors)
        form = _form(node, tensors)
        nodes.append(node if form is None else _convolution(node, form, tensors))
    return graph.replace(nodes, tensors.values())


def _has_groups(graph: Graph, conv: Node) -> bool:
    x, weight = graph.inputs_of(conv)[:2]
    group = integer(conv, "group")
    is_depthwise = group == x.shape[1] == weight.shape[0]
    return group > 1 and not is_depthwise and spread_of(graph, conv) is None


def _without_groups(conv: Node, tensors: dict[str, Tensor]) -> Node:
    """Return a normal convolution whose weights from other groups' channels are 0."""
    weight, group = tensors[conv.inputs[1]], integer(conv, "group")
    assert weight.data is not None
    filters, channels = (int(size) for size in weight.shape[:2])
    whole = np.zeros((filters, group, *weight.data.shape[1:]), weight.data.dtype)
    own = np.arange(filters) // (filters // group)
    whole[np.arange(filters), own] = weight.data
    data = whole.reshape(filters, group * channels, *weight.data.shape[2:])
    name = fresh_name(f"{conv.output}.weight", tensors)
    tensors[name] = replace(weight, name=name, shape=data.shape, data=data)
    inputs = (conv.inputs[0], name, *conv.inputs[2:])
    return replace(conv, inputs=inputs).with_attributes(group=1)


def _with_phases(spread: Node, tensors: dict[str, Tensor]) -> tuple[Node, Node]:
    """Return a DepthToSpace that has none, with a convolution for it that changes nothing."""
    x = tensors[spread.inputs[0]]
    name = fresh_name(f"{spread.output}.phases", tensors)
    tensors[name] = replace(x, name=name)
    same = np.eye(int(x.shape[1]), dtype=np.int8)[:, :, None, None]
    move = Node(name, "conv", (x.name,), name)
    phases = _convolution(move, (same, Window((1, 1)), 1), tensors)
    return replace(spread, inputs=(name,)), phases


def _form(node: Node, tensors: Mapping[str, Tensor]) -> "_Form | None":
    """Return the convolution that a move is, if it is one."""
    if node.op not in _FORMS:
        return None
    x, output = tensors[node.inputs[0]], tensors[node.output]
    is_move = len(x.shape) == _AXES and x.quantization == output.quantization
    return _FORMS[node.op](node, x) if is_move else None


def _convolution(move: Node, form: "_Form", tensors: dict[str, Tensor]) -> Node:
    """Return the convolution, and add its weight to the tensors."""
    weight, window, group = form
    x, output = tensors[move.inputs[0]], tensors[move.output]
    name = fresh_name(f"{output.name}.taps", tensors)
    tensors[name] = taps = Tensor(name, weight.shape, "int8", quantization=_ONE, data=weight)
    attributes = {**window.attributes, "group": group}
    conv = Node(move.name, "conv", (x.name, name), output.name, attributes)
    return replace(conv, integer=find_op("conv").fix_integers(conv, (x, taps), output))


_Form = tuple[NDArray[np.int8], Window, int]


def _slice(node: Node, x: Tensor) -> _Form | None:
    """Cut rows and columns by a kernel that ends where the last of them is seen."""
    sizes = [int(size) for size in x.shape[1:]]
    cuts = {axis: (0, 1, sizes[axis - 1]) for axis in (1, 2, 3)}
    parts = (integers(node, name) for name in ("axes", "starts", "ends", "steps"))
    for axis, start, end, step in zip(*parts, strict=True):
        cuts[axis] = (start, step, len(range(start, end, step)))
    kernel = [sizes[axis - 1] - (cuts[axis][2] - 1) * cuts[axis][1] for axis in (2, 3)]
    window = Window((kernel[0], kernel[1]), (cuts[2][1], cuts[3][1]))
    tap = cuts[2][0], cuts[3][0]
    start, step, count = cuts[1]
    if count == sizes[0]:
        return _depthwise(sizes[0], window, tap)
    weight = np.zeros((count, sizes[0], *window.kernel), np.int8)
    weight[np.arange(count), start + step * np.arange(count), tap[0], tap[1]] = 1
    return weight, window, 1


def _pad(node: Node, x: Tensor) -> _Form | None:
    """Pad by a kernel that covers both pads, with its tap between them."""
    if not _pads_images(node):
        return None
    (top, left), (bottom, right) = (integers(node, side)[2:] for side in ("before", "after"))
    both = top + bottom, left + right
    window = Window((both[0] + 1, both[1] + 1), pads=(*both, *both))
    return _depthwise(int(x.shape[1]), window, (bottom, right))


def _depthwise(channels: int, window: Window, tap: tuple[int, int]) -> _Form:
    weight = np.zeros((channels, 1, *window.kernel), np.int8)
    weight[:, 0, tap[0], tap[1]] = 1
    return weight, window, channels


def _space_to_depth(node: Node, x: Tensor) -> _Form:
    block, channels = integer(node, "block"), int(x.shape[1])
    weight = np.zeros((block, block, channels, channels, block, block), np.int8)
    for row in range(block):
        for column in range(block):
            weight[row, column, :, :, row, column] = np.eye(channels)
    window = Window((block, block), (block, block))
    return weight.reshape(-1, channels, block, block), window, 1


_FORMS: Mapping[str, Callable[[Node, Tensor], _Form | None]] = MappingProxyType(
    {"pad": _pad, "slice": _slice, "space_to_depth": _space_to_depth}
)


def _pads_images(node: Node) -> bool:
    """Whether a pad adds zeros around images only."""
    widths = [integers(node, side) for side in ("before", "after")]
    is_image = all(len(sides) == _AXES and not any(sides[:2]) for sides in widths)
    return is_image and real(node, "value") == 0


def _with_folded_pads(graph: Graph) -> Graph:
    """Return the graph whose convolutions pad for the pads before them."""
    folded = {
        node.output: node
        for node in graph.nodes
        if node.op == "pad" and _pads_images(node) and _all_take_it(graph, node)
    }
    kept = [node for node in graph.nodes if node.output not in folded]
    return graph.replace(
        _padding(node, folded[node.inputs[0]])
        if node.inputs[:1] and node.inputs[0] in folded
        else node
        for node in kept
    )


def _all_take_it(graph: Graph, pad: Node) -> bool:
    readers = graph.consumers(pad.output)
    return bool(readers) and all(
        node.op == "conv" and node.inputs[0] == pad.output and _covers(graph, _padding(node, pad))
        for node in readers
    )


def _covers(graph: Graph, conv: Node) -> bool:
    shape = graph.tensors[conv.inputs[1]].shape
    window = Window.from_node(conv, (int(shape[2]), int(shape[3])))
    return all(pad < extent for pad, extent in zip(window.pads, window.extent * 2, strict=True))


def _padding(conv: Node, pad: Node) -> Node:
    added = integers(pad, "before")[2:] + integers(pad, "after")[2:]
    pads = tuple(own + more for own, more in zip(integers(conv, "pads"), added, strict=True))
    return replace(conv, inputs=(pad.inputs[0], *conv.inputs[1:])).with_attributes(pads=pads)


def _shuffled(graph: Graph) -> Graph:
    """Return the graph whose chains of reshapes and transposes that end in the same pixels are one
    convolution each; those that end in the same image are left out.
    """
    nodes: dict[str, Node] = {node.output: node for node in graph.nodes}
    tensors = dict(graph.tensors)
    same: dict[str, str] = {}
    for first in graph.nodes:
        chain = _chain(graph, first) if first.output in nodes else []
        order = _channels(graph, chain) if len(chain) > 1 else None
        if order is None:
            continue
        source, last = first.inputs[0], chain[-1]
        for node in chain:
            del nodes[node.output]
        if np.array_equal(order, np.arange(len(order))) and last.output not in graph.outputs:
            same[last.output] = same.get(source, source)
            continue
        weight = np.eye(len(order), dtype=np.int8)[order][:, :, None, None]
        moved = replace(last, inputs=(source,))
        nodes[last.output] = _convolution(moved, (weight, Window((1, 1)), 1), tensors)
    renamed = (
        replace(node, inputs=tuple(same.get(name, name) for name in node.inputs))
        for node in (nodes[old.output] for old in graph.nodes if old.output in nodes)
    )
    return graph.replace(renamed, tensors.values())


def _chain(graph: Graph, first: Node) -> list[Node]:
    """Return the longest run of moves from an image to an image of the same shape."""
    image = graph.tensors[first.inputs[0]].shape
    chain, longest = [first], 0
    while chain[-1].op in _CHAIN:
        if graph.tensors[chain[-1].output].shape == image:
            longest = len(chain)
        readers = graph.consumers(chain[-1].output)
        if len(readers) != 1 or chain[-1].output in graph.outputs:
            break
        chain.append(readers[0])
    return chain[:longest] if len(image) == _AXES else []


def _channels(graph: Graph, chain: list[Node]) -> NDArray[Any] | None:
    """Return the input channel of each output channel, None if pixels move too."""
    sizes = [int(size) for size in graph.tensors[chain[0].inputs[0]].shape[1:]]
    before: NDArray[Any] = np.arange(np.prod(sizes)).reshape(1, *sizes)
    after = before
    for node in chain:
        after = find_op(node.op).run_float(node, [after])
    order = after[0, :, 0, 0] // (sizes[1] * sizes[2])
    return order if np.array_equal(before[:, order], after) else None
