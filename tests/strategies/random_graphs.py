"""Hypothesis strategies: small random float Graphs, as the import leaves them."""

from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np
from hypothesis import strategies as st

from compilers.op_parts.window import Window
from compilers.op_table import find_op
from zoo.graph import Attribute, Graph, Node, Tensor

__all__ = ["float_graphs", "random_feeds"]

CLAMPS = ((), (0.0, inf), (0.0, 6.0), (-0.5, 1.5), (-inf, 1.0))


def random_feeds(graph: Graph, seed: int, batch: int = 2) -> dict[str, np.ndarray]:
    """Return standard normal inputs; a symbolic batch becomes `batch`."""
    random = np.random.default_rng(seed)
    shapes = {
        name: [batch if isinstance(size, str) else size for size in graph.tensors[name].shape]
        for name in graph.inputs
    }
    return {
        name: random.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()
    }


@st.composite
def float_graphs(draw: st.DrawFn) -> Graph:
    """Up to eight nodes over images, then maybe a dense head; every dead end is an output."""
    growth = _Growth(np.random.default_rng(draw(st.integers(0, 2**32 - 1))))
    batch = draw(st.sampled_from(("N", 1, 3)))
    for index in range(draw(st.integers(1, 2))):
        shape = (batch, draw(st.integers(1, 4)), draw(st.integers(4, 8)), draw(st.integers(4, 8)))
        growth.add_input(Tensor(f"image{index}", shape, layout="NCHW"))
    for _ in range(draw(st.integers(1, 8))):
        draw(st.sampled_from(_IMAGE_STEPS))(draw, growth)
    if draw(st.booleans()):
        _head(draw, growth)
    return growth.graph(draw(st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2)))


@dataclass
class _Growth:
    """The graph so far."""

    random: np.random.Generator
    tensors: dict[str, Tensor] = field(default_factory=dict)
    inputs: list[str] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)

    def add_input(self, tensor: Tensor) -> None:
        self.tensors[tensor.name] = tensor
        self.inputs.append(tensor.name)

    def images(self) -> list[Tensor]:
        """Return the image tensors, the newest first so that shrinking leaves chains."""
        found = [t for t in self.tensors.values() if len(t.shape) == 4 and not t.is_constant]
        return found[::-1]

    def constant(self, role: str, shape: tuple[int, ...], scale: float = 1.0) -> Tensor:
        data = (scale * self.random.standard_normal(shape)).astype(np.float32)
        tensor = Tensor(f"{role}{len(self.tensors)}", shape, data=data)
        self.tensors[tensor.name] = tensor
        return tensor

    def add(self, op: str, inputs: list[Tensor], attributes: dict[str, Attribute]) -> Tensor:
        index = len(self.nodes)
        names = tuple(tensor.name for tensor in inputs)
        node = Node(f"{op}_{index}", op, names, f"y{index}", attributes)
        shape = find_op(op).infer_shape(node, inputs)
        output = Tensor(node.output, shape, layout="NCHW" if len(shape) == 4 else "")
        self.nodes.append(node)
        self.tensors[output.name] = output
        return output

    def graph(self, metadata: dict[str, str]) -> Graph:
        read = {name for node in self.nodes for name in node.inputs}
        inputs = tuple(name for name in self.inputs if name in read)
        outputs = tuple(node.output for node in self.nodes if node.output not in read)
        used = read | set(outputs)
        tensors = {name: tensor for name, tensor in self.tensors.items() if name in used}
        return Graph("random", inputs, outputs, tensors, tuple(self.nodes), metadata)


def _clamped(draw: st.DrawFn, attributes: dict[str, Any]) -> dict[str, Any]:
    clamp = draw(st.sampled_from(CLAMPS))
    return {**attributes, "clamp": clamp} if clamp else attributes


def _window(draw: st.DrawFn, image: Tensor) -> Window:
    small = st.tuples(st.integers(1, 2), st.integers(1, 2))
    pads = draw(st.tuples(*[st.integers(0, 1)] * 4))
    kernel = tuple(min(draw(st.integers(1, 3)), int(size)) for size in image.shape[2:])
    window = Window(kernel, draw(small), pads, draw(small))
    fits = all(e <= s for e, s in zip(window.extent, image.shape[2:], strict=True))
    return window if fits else Window(kernel, window.strides, pads)


def _conv(draw: st.DrawFn, growth: _Growth) -> None:
    image = draw(st.sampled_from(growth.images()))
    channels = int(image.shape[1])
    group = draw(st.sampled_from([n for n in range(1, channels + 1) if channels % n == 0]))
    window = _window(draw, image)
    channels_out = group * draw(st.integers(1, 3))
    fan_in = channels // group * window.kernel[0] * window.kernel[1]
    weight = growth.constant(
        "weight", (channels_out, channels // group, *window.kernel), fan_in**-0.5
    )
    bias = [growth.constant("bias", (channels_out,))] if draw(st.booleans()) else []
    attributes = _clamped(draw, {**window.attributes, "group": group})
    growth.add("conv", [image, weight, *bias], attributes)


def _add(draw: st.DrawFn, growth: _Growth) -> None:
    image = draw(st.sampled_from(growth.images()))
    alike = [other for other in growth.images() if other.shape == image.shape]
    growth.add("add", [image, draw(st.sampled_from(alike))], _clamped(draw, {}))


def _concat(draw: st.DrawFn, growth: _Growth) -> None:
    image = draw(st.sampled_from(growth.images()))
    alike = [other for other in growth.images() if other.shape[2:] == image.shape[2:]]
    others = draw(st.lists(st.sampled_from(alike), min_size=1, max_size=2))
    joined = growth.add("concat", [image, *others], {"axis": 1})
    if draw(st.booleans()):
        # Nothing can fuse a clip behind a concat, so that it stays a node.
        low, high = draw(st.sampled_from(CLAMPS[1:]))
        growth.add("clip", [joined], {"low": low, "high": high})


def _average_pool(draw: st.DrawFn, growth: _Growth) -> None:
    image = draw(st.sampled_from(growth.images()))
    window = Window(*_undilated(draw, image))
    attributes = {
        "kernel": window.kernel,
        "strides": window.strides,
        "pads": window.pads,
        "count_include_pad": int(any(window.pads) and draw(st.booleans())),
        "keep_axes": 1,
    }
    growth.add("average_pool", [image], _clamped(draw, attributes))


def _undilated(draw: st.DrawFn, image: Tensor) -> tuple[Any, Any, Any]:
    window = _window(draw, image)
    pads = tuple(min(pad, window.kernel[axis % 2] - 1) for axis, pad in enumerate(window.pads))
    return window.kernel, window.strides, pads


def _head(draw: st.DrawFn, growth: _Growth) -> None:
    image = draw(st.sampled_from(growth.images()))
    if draw(st.booleans()):
        kernel = tuple(int(size) for size in image.shape[2:])
        attributes = {"kernel": kernel, "strides": (1, 1), "pads": (0, 0, 0, 0)}
        flat = growth.add(
            "average_pool", [image], {**attributes, "count_include_pad": 0, "keep_axes": 0}
        )
    else:
        values = int(np.prod(image.shape[1:]))
        flat = growth.add("reshape", [image], {"shape": (values,)})
    features, points = int(flat.shape[1]), draw(st.integers(1, 5))
    weight = growth.constant("weight", (points, features), features**-0.5)
    bias = [growth.constant("bias", (points,))] if draw(st.booleans()) else []
    growth.add("dense", [flat, weight, *bias], _clamped(draw, {}))


_IMAGE_STEPS = (_conv, _add, _concat, _average_pool)
