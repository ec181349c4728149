"""Layered layouts of any acyclic graph."""

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from zoo.drawing.layers import layered

SIZES = st.tuples(st.floats(1, 300), st.floats(1, 120))


@st.composite
def acyclic(draw):
    sizes = draw(st.lists(SIZES, max_size=12))
    pairs = list(combinations(range(len(sizes)), 2))
    edges = draw(st.lists(st.sampled_from(pairs), max_size=24)) if pairs else []
    return sizes, edges


@given(acyclic())
def test_no_two_boxes_overlap_and_all_lie_inside(graph):
    sizes, edges = graph
    layout = layered(sizes, edges)
    assert len(layout.boxes) == len(sizes)
    for (x, y), (width, height) in zip(layout.boxes, sizes, strict=True):
        assert -1e-6 <= x <= layout.width - width + 1e-6
        assert 0 <= y <= layout.height - height + 1e-6
    placed = list(zip(layout.boxes, sizes, strict=True))
    for ((x, y), (width, height)), ((u, v), (wide, high)) in combinations(placed, 2):
        apart = x + width <= u + 1e-6 or u + wide <= x + 1e-6
        assert apart or y + height <= v + 1e-6 or v + high <= y + 1e-6


@given(acyclic())
def test_edges_run_down_from_box_to_box(graph):
    sizes, edges = graph
    layout = layered(sizes, edges)
    assert len(layout.edges) == len(edges)
    for (start, end), points in zip(edges, layout.edges, strict=True):
        (x, y), (width, height) = layout.boxes[start], sizes[start]
        assert x <= points[0][0] <= x + width
        assert abs(points[0][1] - (y + height)) < 1e-6
        (x, y), (width, _) = layout.boxes[end], sizes[end]
        assert x - 1e-6 <= points[-1][0] <= x + width + 1e-6
        assert points[-1][1] == y
        assert all(after[1] >= before[1] for before, after in pairwise(points))


@given(acyclic())
def test_edges_pass_boxes_at_their_side(graph):
    sizes, edges = graph
    layout = layered(sizes, edges)
    for points in layout.edges:
        for (x, y), (to_x, to_y) in list(pairwise(points))[1:]:
            if x == to_x and to_y > y:  # within a row
                for (left, top), (width, height) in zip(layout.boxes, sizes, strict=True):
                    is_beside = x <= left + 1e-6 or x >= left + width - 1e-6
                    assert is_beside or to_y <= top + 1e-6 or y >= top + height - 1e-6


def test_a_chain_is_straight_beside_the_edge_that_skips_it():
    sizes = [(100.0, 20.0)] * 5
    layout = layered(sizes, [(0, 1), (1, 2), (2, 3), (0, 3), (3, 4)])
    assert len({round(x, 3) for x, _ in layout.boxes}) == 1
    skipping = layout.edges[3]
    assert len({round(x, 3) for x, _ in skipping[2:-1]}) == 1
    assert skipping[2][0] > 100


def test_nothing_has_no_size():
    assert layered([], []) == layered([], [])
    assert layered([], []).height == 0
