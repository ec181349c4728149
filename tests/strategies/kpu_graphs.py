"""Random float networks that a K210 runs, most of them on its KPU, for tests."""

from dataclasses import dataclass, field
from math import inf, prod

import numpy as np
from build_graph import build_graph
from hypothesis import strategies as st

from compilers.op_table import find_op
from zoo.graph import Attribute, Graph, Node
from zoo.target import Target

__all__ = ["K210", "kpu_graphs"]

K210 = Target(
    name="k210",
    summary="a K210 for tests",
    compiler="kmodel",
    executor="kmodel",
    app="",
    schemes={"ptq": "kpu-u8"},
    facts={
        "kpu_ram_bytes": 2 << 20,
        "channels_max": 1024,
        "height_min": 4,
        "height_max": 256,
        "width_min": 4,
        "width_max": 512,
        "weights_chunk_bytes": 30 << 10,
        "weights_chunks_max": 64,
    },
)

_CLAMPS = ((), (0.0, inf), (0.0, 6.0), (-0.5, 1.5))
_KERNELS = {
    # Pads of kernels that keep an image's size.
    (1, 1): ((0, 0, 0, 0),),
    (3, 3): ((1, 1, 1, 1),),
    (2, 2): ((1, 1, 0, 0), (0, 0, 1, 1), (1, 0, 0, 1)),
    (1, 3): ((0, 1, 0, 1),),
    (3, 2): ((1, 1, 1, 0),),
}


@dataclass
class _Growth:
    """The graph so far. shapes: of images and vectors by name."""

    random: np.random.Generator
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    constants: dict[str, np.ndarray] = field(default_factory=dict)

    def image(self, draw: st.DrawFn) -> str:
        """Return one of the images, of which the newest is the simplest."""
        return draw(st.sampled_from([n for n, s in self.shapes.items() if len(s) == 4][::-1]))

    def constant(self, shape: tuple[int, ...], scale: float) -> str:
        name = f"constant{len(self.constants)}"
        self.constants[name] = (scale * self.random.standard_normal(shape)).astype(np.float32)
        return name

    def add(self, op: str, inputs: list[str], attributes: dict[str, Attribute]) -> str:
        index = len(self.nodes)
        node = Node(f"{op}_{index}", op, tuple(inputs), f"y{index}", attributes)
        known = {**{n: np.zeros(s) for n, s in self.shapes.items()}, **self.constants}
        graph = build_graph(
            {name: self.shapes[name] for name in inputs if name in self.shapes},
            [node],
            [node.output],
            {name: known[name] for name in inputs if name in self.constants},
        )
        shape = find_op(op).infer_shape(node, graph.inputs_of(node))
        self.shapes[node.output] = tuple(int(size) for size in shape)
        self.nodes.append(node)
        return node.output


@st.composite
def kpu_graphs(draw: st.DrawFn) -> Graph:
    """Up to seven nodes over images, then maybe a dense head; every dead end is an output."""
    growth = _Growth(np.random.default_rng(draw(st.integers(0, 2**32 - 1))))
    size = st.sampled_from((3, 4, 5, 7, 8, 12, 17, 33))
    inputs = {
        f"image{index}": (1, draw(st.integers(1, 6)), draw(size), draw(size))
        for index in range(draw(st.integers(1, 2)))
    }
    growth.shapes.update(inputs)
    for _ in range(draw(st.integers(1, 7))):
        draw(st.sampled_from(_STEPS))(draw, growth)
    if draw(st.booleans()):
        _head(draw, growth)
    if not growth.nodes:
        _conv(draw, growth)
    read = {name for node in growth.nodes for name in node.inputs}
    outputs = [node.output for node in growth.nodes if node.output not in read]
    used = {name: shape for name, shape in inputs.items() if name in read}
    return build_graph(used, growth.nodes, outputs, growth.constants)


def _clamped(draw: st.DrawFn, attributes: dict[str, Attribute]) -> dict[str, Attribute]:
    clamp = draw(st.sampled_from(_CLAMPS))
    return {**attributes, "clamp": clamp} if clamp else attributes


def _conv(draw: st.DrawFn, growth: _Growth) -> None:
    image = growth.image(draw)
    channels = growth.shapes[image][1]
    kernel = draw(st.sampled_from(list(_KERNELS)))
    group = draw(st.sampled_from([n for n in range(1, channels + 1) if channels % n == 0]))
    outputs = group * draw(st.integers(1, 3))
    stride = draw(st.sampled_from((1, 2)))
    taps = prod(kernel) * channels // group
    weight = growth.constant((outputs, channels // group, *kernel), taps**-0.5)
    bias = [growth.constant((outputs,), 1.0)] if draw(st.booleans()) else []
    attributes = {
        "strides": (stride, stride),
        "pads": draw(st.sampled_from(_KERNELS[kernel])),
        "dilations": (1, 1),
        "group": group,
    }
    if 2 in kernel:
        attributes["strides"] = (1, 1)
    growth.add("conv", [image, weight, *bias], _clamped(draw, attributes))


def _separable(draw: st.DrawFn, growth: _Growth) -> None:
    """A depthwise layer, often with a stride, and the 1x1 layer behind it."""
    image = growth.image(draw)
    channels = growth.shapes[image][1]
    stride, clamp = draw(st.sampled_from((1, 2))), {"clamp": (0.0, 6.0)}
    window = {"pads": (1, 1, 1, 1), "dilations": (1, 1)}
    depth = growth.constant((channels, 1, 3, 3), 1 / 3)
    deep = growth.add(
        "conv",
        [image, depth],
        {**window, "strides": (stride, stride), "group": channels, **clamp},
    )
    point = growth.constant((draw(st.integers(1, 6)), channels, 1, 1), channels**-0.5)
    growth.add(
        "conv",
        [deep, point],
        {"pads": (0,) * 4, "dilations": (1, 1), "strides": (1, 1), "group": 1},
    )


def _add(draw: st.DrawFn, growth: _Growth) -> None:
    image = growth.image(draw)
    alike = [n for n, s in growth.shapes.items() if s == growth.shapes[image]]
    growth.add("add", [image, draw(st.sampled_from(alike))], _clamped(draw, {}))


def _concat(draw: st.DrawFn, growth: _Growth) -> None:
    image = growth.image(draw)
    size = growth.shapes[image][2:]
    alike = [n for n, s in growth.shapes.items() if len(s) == 4 and s[2:] == size]
    others = draw(st.lists(st.sampled_from(alike), min_size=1, max_size=2))
    growth.add("concat", [image, *others], {"axis": 1})


def _resize(draw: st.DrawFn, growth: _Growth) -> None:
    image = growth.image(draw)
    height, width = growth.shapes[image][2:]
    if max(height, width) <= 17:
        attributes: dict[str, Attribute] = {
            "size_hw": (2 * height, 2 * width),
            "mode": "nearest",
            "coordinate_transformation_mode": "half_pixel",
            "nearest_mode": "round_prefer_floor",
        }
        growth.add("resize", [image], attributes)


def _max_pool(draw: st.DrawFn, growth: _Growth) -> None:
    image = growth.image(draw)
    if all(size % 2 == 0 and size >= 4 for size in growth.shapes[image][2:]):
        window = {"kernel": (2, 2), "strides": (2, 2), "pads": (0,) * 4, "dilations": (1, 1)}
        growth.add("max_pool", [image], window)


def _average_pool(draw: st.DrawFn, growth: _Growth) -> None:
    image = growth.image(draw)
    size = growth.shapes[image][2:]
    local = {"kernel": (2, 2), "strides": (1, 1), "pads": (1, 1, 0, 0), "count_include_pad": 1}
    whole = {"kernel": size, "strides": (1, 1), "pads": (0,) * 4, "count_include_pad": 0}
    kind = draw(st.sampled_from((local, whole) if prod(size) <= 1024 else (local,)))
    growth.add("average_pool", [image], _clamped(draw, {**kind, "keep_axes": 1}))


def _sigmoid(draw: st.DrawFn, growth: _Growth) -> None:
    growth.add("sigmoid", [growth.image(draw)], {})


def _slice(draw: st.DrawFn, growth: _Growth) -> None:
    image = growth.image(draw)
    axis = draw(st.integers(1, 3))
    size = growth.shapes[image][axis]
    start = draw(st.integers(0, size - 1))
    part: dict[str, Attribute] = {"starts": (start,), "ends": (size,), "axes": (axis,)}
    growth.add("slice", [image], {**part, "steps": (draw(st.integers(1, 2)),)})


def _transpose(draw: st.DrawFn, growth: _Growth) -> None:
    order = draw(st.permutations((1, 2, 3)))
    growth.add("transpose", [growth.image(draw)], {"permutation": (0, *order)})


def _head(draw: st.DrawFn, growth: _Growth) -> None:
    image = growth.image(draw)
    shape = growth.shapes[image]
    count, outputs = prod(shape[1:]), draw(st.integers(1, 9))
    if draw(st.booleans()):
        flat = growth.add("reshape", [image], {"shape": (count,)})
        weight = growth.constant((outputs, count), count**-0.5)
        growth.add("dense", [flat, weight, growth.constant((outputs,), 1.0)], {})
    else:
        weight = growth.constant((outputs, *shape[1:]), count**-0.5)
        window = {"pads": (0,) * 4, "dilations": (1, 1), "strides": (1, 1), "group": 1}
        growth.add("conv", [image, weight], window)


_STEPS = (
    *(_conv, _separable, _add, _concat, _average_pool, _max_pool),
    *(_resize, _sigmoid, _slice, _transpose),
    *(_conv, _separable, _add),
)
"""The KPU's are drawn more often."""
