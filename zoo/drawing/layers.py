"""Layered layout of an acyclic graph: boxes in rows, edges around them.

Sugiyama, Tagawa and Toda 1981, "Methods for Visual Understanding of Hierarchical System
Structures": a row for each distance from the start, empty places where an edge passes a row, an
order within rows by the mean place of neighbours. Places are then the nearest ones to the
neighbours' that keep the order and the distances (isotonic regression).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

__all__ = ["Layout", "Point", "layered"]

Point = tuple[float, float]

_GAP_X, _GAP_Y = 24.0, 30.0
_LANE = 8.0
"""Width of an edge that passes a row."""
_SWEEPS = 4
_LANE_WEIGHT, _SIDE_WEIGHT, _BOX_WEIGHT = 1.0, 1e4, 1e8
"""How much an item keeps its place: edges least, then boxes that only feed a distant row."""
_PORTS = 26.0
"""Between two edges that enter a box."""


@dataclass(frozen=True)
class Layout:
    """Places in pixels, the origin at the top left.

    boxes: left top corner of each.  edges: points of each, from the bottom of its first box to the
    top of its second; between points of different x it may be a curve.
    """

    width: float
    height: float
    boxes: tuple[Point, ...]
    edges: tuple[tuple[Point, ...], ...]


@dataclass
class _Rows:
    """Items by row: boxes, then lanes. row: of each item.  up, down: adjacent items above, below.

    paths: items of each edge.
    """

    widths: list[float]
    row: list[int]
    up: list[list[int]]
    down: list[list[int]]
    boxes: int
    paths: list[list[int]] = field(default_factory=list)

    def add_lane(self, row: int) -> int:
        """Return a new item of a row."""
        self.row.append(row)
        self.widths.append(_LANE)
        self.up.append([])
        self.down.append([])
        return len(self.row) - 1

    def connect(self, above: int, below: int) -> None:
        """Make two items neighbours."""
        self.down[above].append(below)
        self.up[below].append(above)

    def order(self) -> list[list[int]]:
        """Return the items of each row."""
        rows: list[list[int]] = [[] for _ in range(max(self.row, default=-1) + 1)]
        for item, row in enumerate(self.row):
            rows[row].append(item)
        return rows

    def weight(self, item: int) -> float:
        """Return how much an item keeps its place beside others of its row."""
        if item >= self.boxes:
            return _LANE_WEIGHT
        below = self.down[item]
        return _BOX_WEIGHT if not below or self.kept(below)[0] < self.boxes else _SIDE_WEIGHT

    def kept(self, items: Sequence[int]) -> Sequence[int]:
        """Return those neighbours that a box follows: boxes if there are any."""
        return [item for item in items if item < self.boxes] or items


def layered(sizes: Sequence[Point], edges: Sequence[tuple[int, int]]) -> Layout:
    """Return the layout.

    sizes: width and height of each box.  edges: indices of two boxes, the first one the smaller.
    No two boxes overlap, and no edge passes through a box of a row between its ends.
    """
    rows = _make_rows(sizes, edges)
    order = _sorted(rows)
    centres = _centres(rows, order)
    heights = [max((sizes[i][1] for i in row if i < len(sizes)), default=0.0) for row in order]
    tops = [sum(heights[:index]) + index * _GAP_Y for index in range(len(order))]
    left = min((x - w / 2 for x, w in zip(centres, rows.widths, strict=True)), default=0.0)
    centres = [x - left for x in centres]
    boxes = tuple((centres[i] - w / 2, tops[rows.row[i]]) for i, (w, _) in enumerate(sizes))
    ports = _ports(rows, centres)
    routes = []
    for index, path in enumerate(rows.paths):
        start, end = path[0], path[-1]
        top = tops[rows.row[start]]
        points = [(centres[start], top + y) for y in (sizes[start][1], heights[rows.row[start]])]
        for lane in path[1:-1]:
            top = tops[rows.row[lane]]
            points += [(centres[lane], top), (centres[lane], top + heights[rows.row[lane]])]
        points.append((ports[index], tops[rows.row[end]]))
        routes.append(tuple(points))
    width = max((x + w / 2 for x, w in zip(centres, rows.widths, strict=True)), default=0.0)
    height = tops[-1] + heights[-1] if order else 0.0
    return Layout(width, height, boxes, tuple(routes))


def _make_rows(sizes: Sequence[Point], edges: Sequence[tuple[int, int]]) -> _Rows:
    """Give each box a row below those before it, and its edges one lane in each row they pass."""
    row = [0] * len(sizes)
    for start, end in sorted(edges, key=lambda edge: edge[1]):
        row[end] = max(row[end], row[start] + 1)
    up: list[list[int]] = [[] for _ in sizes]
    down: list[list[int]] = [[] for _ in sizes]
    rows = _Rows([width for width, _ in sizes], row, up, down, len(sizes))
    lanes: dict[tuple[int, int], int] = {}
    for start, end in edges:
        path = [start]
        for between in range(row[start] + 1, row[end]):
            if (start, between) not in lanes:
                lanes[start, between] = rows.add_lane(between)
                rows.connect(path[-1], lanes[start, between])
            path.append(lanes[start, between])
        rows.connect(path[-1], end)
        rows.paths.append([*path, end])
    return rows


def _sorted(rows: _Rows) -> list[list[int]]:
    """Return the items of each row, ordered so that few edges cross."""
    order = rows.order()
    place = {item: float(index) for row in order for index, item in enumerate(row)}
    for sweep in range(_SWEEPS):
        is_down = sweep % 2 == 0
        beside = rows.up if is_down else rows.down
        for row in order if is_down else reversed(order):
            mean = {i: _mean([place[n] for n in beside[i]], place[i]) for i in row}
            row.sort(key=lambda item: (mean[item], place[item]))
            place.update({item: float(index) for index, item in enumerate(row)})
    return order


def _centres(rows: _Rows, order: Sequence[Sequence[int]]) -> list[float]:
    """Return the x of each item's centre."""
    centres = [0.0] * len(rows.row)
    for beside, sequence in (
        (rows.up, order),
        (rows.down, order[::-1]),
        (rows.up, order),
    ):
        for row in sequence:
            wanted = [_mean([centres[n] for n in rows.kept(beside[i])], centres[i]) for i in row]
            for item, x in zip(row, _apart(rows, row, wanted), strict=True):
                centres[item] = x
    return centres


def _apart(rows: _Rows, row: Sequence[int], wanted: Sequence[float]) -> list[float]:
    """Return the places nearest to the wanted ones at which the row's items do not overlap."""
    offsets = [0.0]
    for left, right in pairwise(row):
        offsets.append(offsets[-1] + (rows.widths[left] + rows.widths[right]) / 2 + _GAP_X)
    weights = list(map(rows.weight, row))
    if not row:
        return []
    shifted = [x - offset for x, offset in zip(wanted, offsets, strict=True)]
    return [x + offset for x, offset in zip(_increasing(shifted, weights), offsets, strict=True)]


def _increasing(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return the least-squares fit that never falls, by pooling adjacent violators."""
    pools: list[tuple[float, float, int]] = []  # mean, weight, length
    for value, weight in zip(values, weights, strict=True):
        mean, total, length = value, weight, 1
        while pools and pools[-1][0] > mean:
            before, more, longer = pools.pop()
            mean = (before * more + mean * total) / (more + total)
            total, length = total + more, length + longer
        pools.append((mean, total, length))
    return [mean for mean, _, length in pools for _ in range(length)]


def _ports(rows: _Rows, centres: Sequence[float]) -> dict[int, float]:
    """Return the x at which each edge enters its second box.

    They enter from left to right as they come, the one that comes most from above in the middle.
    """
    entering: dict[int, list[tuple[float, int]]] = {}
    for index, path in enumerate(rows.paths):
        entering.setdefault(path[-1], []).append((centres[path[-2]], index))
    ports = {}
    for box, found in entering.items():
        found.sort()
        straight = min(range(len(found)), key=lambda n: abs(found[n][0] - centres[box]))
        step = min(_PORTS, rows.widths[box] / (2 * len(found)))
        for place, (_, index) in enumerate(found):
            ports[index] = centres[box] + step * (place - straight)
    return ports


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
