"""Drawings of a Graph: ops as boxes from top to bottom, with shapes, types and scales."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from unicodedata import east_asian_width

from zoo.drawing.layers import Point, layered
from zoo.drawing.svg import Drawing, Svg, element
from zoo.graph import Attribute, Graph, Node, Quantization, Shape, Tensor

__all__ = ["draw_graph"]

_WIDTH = 272.0
_LINE, _PAD = 17.0, 10.0
_MARGIN = 20.0
_HEADING = 40.0
_FONT = 12
_LETTERS = 40
"""That fit into a box."""
_CLAMPS: dict[Attribute, str] = {(0.0, inf): "ReLU", (0.0, 6.0): "ReLU6"}
_SHOWN = {
    "kernel": "",
    "strides": "stride ",
    "dilations": "dilation ",
    "axis": "axis ",
    "shape": "to ",
    "alpha": "alpha ",
    "low": "from ",
    "high": "to ",
}
"""Attributes that boxes show, besides clamp and group, and how; tooltips have all."""


@dataclass(frozen=True)
class _Box:
    """lines: the first one in bold.  colour: of its edge.  told: the tooltip."""

    lines: tuple[str, ...]
    colour: str
    told: str

    @property
    def size(self) -> Point:
        return _WIDTH, 2 * _PAD + _LINE * len(self.lines)


def draw_graph(graph: Graph) -> Drawing:
    """Return the drawing; notebooks show it.

    A box has an op and its main attributes, its name, its constants, and shape, type and scale of
    its output. Constants have no boxes of their own.
    """
    boxes = [_input(graph.tensors[name]) for name in graph.inputs]
    boxes += [_node(graph, node) for node in graph.nodes]
    boxes += [_output(graph.tensors[name]) for name in graph.outputs]
    layout = layered([box.size for box in boxes], list(_edges(graph)))
    edges = element("g", map(_route, layout.edges), fill="none", stroke="var(--faint)")
    placed = [_drawn(box, place) for box, place in zip(boxes, layout.boxes, strict=True)]
    moved = f"translate({_MARGIN:g} {_HEADING + _MARGIN:g})"
    network = element("g", (edges, _heads(layout.edges), *placed), transform=moved)
    width = max(layout.width, _WIDTH) + 2 * _MARGIN
    height = layout.height + _HEADING + 2 * _MARGIN
    title = _heading(graph)
    heading = _text(title, _MARGIN, _MARGIN + 6, is_bold=True)
    count = _text(_counted(graph), _MARGIN, _MARGIN + 6 + _LINE, is_bold=False)
    parts = (heading, count, network)
    content = element("g", parts, font_size=_FONT, font_family="system-ui, sans-serif")
    return Drawing(width, height, title, _summary(graph), [content])


def _heading(graph: Graph) -> str:
    return _short(graph.metadata.get("zoo.model", graph.name) or "network")


def _summary(graph: Graph) -> str:
    ops = Counter(node.op for node in graph.nodes).most_common()
    return f"{_counted(graph)}: {', '.join(f'{n} {op}' for op, n in ops)}"


def _counted(graph: Graph) -> str:
    return f"{len(graph.nodes)} ops, {'quantized' if graph.is_quantized else 'float'}"


def _edges(graph: Graph) -> Iterator[tuple[int, int]]:
    """Yield the indices of boxes that a tensor connects: inputs, nodes, outputs in this order."""
    first, last = len(graph.inputs), len(graph.inputs) + len(graph.nodes)
    maker = {name: index for index, name in enumerate(graph.inputs)}
    for index, node in enumerate(graph.nodes):
        yield from ((maker[name], first + index) for name in node.inputs if name in maker)
        maker[node.output] = first + index
    for index, name in enumerate(graph.outputs):
        if name in maker:
            yield maker[name], last + index


def _input(tensor: Tensor) -> _Box:
    lines = (f"input {tensor.name}", _told_shape(tensor))
    return _Box(tuple(map(_short, lines)), "var(--faint)", f"input {tensor.name}")


def _output(tensor: Tensor) -> _Box:
    return _Box((_short(f"output {tensor.name}"),), "var(--faint)", f"output {tensor.name}")


def _node(graph: Graph, node: Node) -> _Box:
    inputs, output = graph.inputs_of(node), graph.tensors[node.output]
    constants = [tensor for tensor in inputs if tensor.is_constant]
    lines = [
        " ".join((node.op, *_attributes(node, constants))),
        node.name or node.output,
        *(f"weights {_shaped(tensor)}" for tensor in constants[:1]),
        f"\N{RIGHTWARDS ARROW} {_shaped(output)}",
        *(_told_grid(grid) for grid in (output.quantization,) if grid is not None),
    ]
    return _Box(tuple(map(_short, lines)), _colour(node, inputs), _told(node, inputs, output))


def _colour(node: Node, inputs: Sequence[Tensor]) -> str:
    """Return the colour of what has weights, what joins tensors, the border, and other ops."""
    if any(tensor.is_constant for tensor in inputs):
        return "var(--series-0)"
    if len(inputs) > 1:
        return "var(--series-1)"
    return "var(--series-3)" if node.op in ("quantize", "dequantize") else "var(--series-2)"


def _attributes(node: Node, constants: Sequence[Tensor]) -> Iterator[str]:
    """Yield the attributes that matter most, as text."""
    if constants and len(constants[0].shape) == 4:
        yield _times(constants[0].shape[2:])
    for key, words in _SHOWN.items():
        value = node.attributes.get(key)
        if value is not None and (key not in ("strides", "dilations") or value != (1, 1)):
            yield words + (_times(value) if key == "kernel" else _valued(value))
    group = node.attributes.get("group", 1)
    if group != 1:
        is_depthwise = bool(constants) and constants[0].shape[1:2] == (1,)
        yield "depthwise" if is_depthwise else f"{_valued(group)} groups"
    clamp = node.attributes.get("clamp")
    if clamp is not None:
        yield _CLAMPS.get(clamp, f"clamp {_valued(clamp)}")


def _valued(value: Attribute) -> str:
    if isinstance(value, tuple):
        same = len(set(value)) == 1 and len(value) > 1
        return _valued(value[0]) if same else ", ".join(map(_valued, value))
    return f"{value:.6g}" if isinstance(value, int | float) else str(value)


def _shaped(tensor: Tensor) -> str:
    return f"{_times(tensor.shape)} {tensor.dtype}"


def _told_shape(tensor: Tensor) -> str:
    grid = tensor.quantization
    return _shaped(tensor) + (f", {_told_grid(grid)}" if grid else "")


def _times(sizes: Shape | Attribute) -> str:
    if not isinstance(sizes, tuple):
        return str(sizes)
    return "\N{MULTIPLICATION SIGN}".join(map(str, sizes)) or "scalar"


def _told_grid(grid: Quantization) -> str:
    """Return scale and zero point, of several the least and the largest."""
    scale, zero = _range(grid.scale), _range(grid.zero_point)
    bits = "" if grid.dtype.endswith(f"int{grid.bits}") else f", {grid.bits} bits"
    return f"scale {scale}, zero {zero}{bits}"


def _range(values: Sequence[float]) -> str:
    least, largest = min(values, default=0), max(values, default=0)
    return f"{least:.4g}" if least == largest else f"{least:.4g} to {largest:.4g}"


def _told(node: Node, inputs: Sequence[Tensor], output: Tensor) -> str:
    """Return all that a box has no room for."""
    attributes = [f"{key} {_valued(value)}" for key, value in node.attributes.items()]
    grids = [f"{tensor.name}: {_told_shape(tensor)}" for tensor in (*inputs, output) if tensor.name]
    return "; ".join((f"{node.op} {node.name}", *attributes, *grids))


def _short(text: str) -> str:
    """Return a text that fits into a box, its middle left out; wide letters count twice."""
    if _letters(text) <= _LETTERS:
        return text
    head, tail = text[: _LETTERS // 2], text[-_LETTERS // 2 :]
    while _letters(head) + _letters(tail) >= _LETTERS:
        head, tail = head[:-1], tail[1:]
    return f"{head}\N{HORIZONTAL ELLIPSIS}{tail}"


def _letters(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "FW" else 1 for letter in text)


def _drawn(box: _Box, place: Point) -> Svg:
    (x, y), (width, height) = place, box.size
    frame = element(
        "rect",
        x=x,
        y=y,
        width=width,
        height=height,
        rx=4,
        fill="var(--raised)",
        stroke="var(--line)",
    )
    stripe = element("rect", x=x, y=y, width=5, height=height, rx=2, fill=box.colour)
    texts = [
        _text(line, x + 16, y + _PAD + _LINE * (index + 0.75), is_bold=index == 0)
        for index, line in enumerate(box.lines)
    ]
    return element("g", (element("title", box.told), frame, stripe, *texts), class_="box")


def _text(words: str, x: float, y: float, *, is_bold: bool) -> Svg:
    style = {"fill": "var(--ink)", "font_weight": "bold"} if is_bold else {"fill": "var(--faint)"}
    return element("text", words, x=x, y=y, **style)


def _route(points: Sequence[Point]) -> Svg:
    """Return an edge: straight in rows, curved between them."""
    (x, y), *rest = (_rounded(point) for point in points)
    words = [f"M{x:g} {y:g}"]
    for to_x, to_y in rest:
        middle = (y + to_y) / 2
        if to_x != x:
            words.append(f"C{x:g} {middle:g} {to_x:g} {middle:g} {to_x:g} {to_y:g}")
        elif words[-1].startswith("V"):
            words[-1] = f"V{to_y:g}"
        elif to_y != y:
            words.append(f"V{to_y:g}")
        x, y = to_x, to_y
    return element("path", d="".join(words))


def _rounded(point: Point) -> Point:
    return round(point[0], 1), round(point[1], 1)


def _heads(routes: Sequence[Sequence[Point]]) -> Svg:
    """Return the arrows at the ends, which all enter from above."""
    ends = (_rounded(route[-1]) for route in routes)
    shape = "".join(f"M{x:g} {y:g}l-3.5 -7h7z" for x, y in ends)
    return element("path", d=shape, fill="var(--faint)")
