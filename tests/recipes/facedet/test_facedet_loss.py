"""What cells shall find, and the loss."""

import math

import pytest

torch = pytest.importorskip("torch")

from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from recipes.facedet.loss import (  # noqa: E402
    Wanted,
    boxes_of,
    cells_of,
    flatten,
    giou,
    iou,
    loss_of,
    want,
)
from recipes.facedet.variants import STRIDES  # noqa: E402

SIZE = 64
CELLS = cells_of(SIZE)


def wanted(boxes: list[list[float]], valid: list[bool] | None = None, **seen: object) -> Wanted:
    return want(
        torch.tensor(boxes).reshape(-1, 4),
        torch.tensor(valid if valid is not None else [True] * len(boxes), dtype=torch.bool),
        CELLS,
        **seen,
    )


def batch(one: Wanted) -> Wanted:
    return Wanted(one.seen[None], one.face[None], one.ignored[None], one.boxes[None])


def perfect_maps(one: Wanted, logit: float = 12.0) -> tuple[torch.Tensor, ...]:
    """Maps that say just what is wanted."""
    low = (CELLS.centres - one.boxes[:, :2]) / CELLS.strides[:, None]
    high = (one.boxes[:, 2:] - CELLS.centres) / CELLS.strides[:, None]
    logits = torch.where(one.face, logit, -logit)
    rows = torch.cat([logits[:, None], low, high], dim=1)
    maps, start = [], 0
    for stride in STRIDES:
        side = SIZE // stride
        part = rows[start : start + side**2].T.reshape(1, 5, side, side)
        maps.append(part.clone().requires_grad_())
        start += side**2
    return tuple(maps)


def test_cells_are_in_the_order_of_flattened_maps() -> None:
    maps = tuple(torch.randn(2, 5, SIZE // s, SIZE // s) for s in STRIDES)
    rows = flatten(maps)
    assert rows.shape == (2, len(CELLS.strides), 5)
    index = 64 + 1 * 4 + 2  # of stride 16, row 1, column 2
    assert CELLS.centres[index].tolist() == [40, 24]
    assert CELLS.strides[index] == 16
    assert torch.equal(rows[1, index], maps[1][1, :, 1, 2])


@pytest.mark.parametrize(
    ("side", "strides"), [(12, {8}), (30, {8, 16}), (50, {16}), (70, {16, 32}), (100, {32})]
)
def test_the_size_of_a_face_tells_the_stride(side: float, strides: set[int]) -> None:
    one = wanted([[32 - side / 2, 32 - side / 2, 32 + side / 2, 32 + side / 2]])
    assert set(CELLS.strides[one.face].int().tolist()) == strides


@given(st.floats(0, 63), st.floats(0, 63), st.floats(2, 60))
def test_every_face_has_a_cell(x: float, y: float, side: float) -> None:
    x, y = float(torch.tensor(x)), float(torch.tensor(y))
    box = [x - side / 2, y - side / 2, x + side / 2, y + side / 2]
    assert wanted([box]).face.any()


def test_the_nearer_face_has_the_cell() -> None:
    one = wanted([[0, 0, 20, 20], [8, 0, 28, 20]])
    index = 1 * 8 + 1  # stride 8, centre (12, 12)
    assert one.boxes[index].tolist() == [0, 0, 20, 20]
    assert one.boxes[index + 1].tolist() == [8, 0, 28, 20]


def test_cells_in_an_invalid_face_say_nothing() -> None:
    one = wanted([[0, 0, 20, 20]], [False])
    assert not one.face.any()
    assert one.ignored[0]
    assert not one.ignored[63]


def test_a_teacher_says_more_than_labels() -> None:
    scores, boxes = torch.zeros(len(CELLS.strides)), torch.zeros(len(CELLS.strides), 4)
    scores[0], boxes[0] = 0.9, torch.tensor([1.0, 1.0, 19.0, 19.0])  # as labelled, about
    scores[63], boxes[63] = 0.8, torch.tensor([50.0, 50.0, 60.0, 60.0])  # of no label
    one = wanted([[0, 0, 20, 20]], seen=(scores, boxes))
    assert one.boxes[0].tolist() == [0, 0, 20, 20]
    assert one.boxes[63].tolist() == [50, 50, 60, 60]
    assert (one.seen[0], one.seen[63]) == (scores[0], scores[63])
    assert not wanted([[0, 0, 20, 20]], [False], seen=(scores, boxes)).ignored.any()


def test_what_is_wanted_costs_next_to_nothing() -> None:
    one = wanted([[10, 10, 40, 40], [45, 45, 57, 57]])
    assert sum(loss_of(perfect_maps(one), batch(one), CELLS).values()) < 1e-3


@pytest.mark.parametrize("boxes", [[], [[10.0, 10.0, 40.0, 40.0]]])
def test_the_loss_has_finite_gradients(boxes: list[list[float]]) -> None:
    one = wanted(boxes)
    maps = tuple(torch.randn(1, 5, SIZE // s, SIZE // s).requires_grad_() for s in STRIDES)
    sum(loss_of(maps, batch(one), CELLS).values()).backward()
    assert all(m.grad.isfinite().all() for m in maps)


def test_an_ignored_cell_costs_nothing() -> None:
    one = wanted([[0, 0, 20, 20]], [False])
    quiet, loud = perfect_maps(one), perfect_maps(one)
    loud[0].data[0, 0, 0, 0] = 12
    assert loss_of(loud, batch(one), CELLS)["score"] == loss_of(quiet, batch(one), CELLS)["score"]
    loud[0].data[0, 0, 7, 7] = 12
    assert loss_of(loud, batch(one), CELLS)["score"] > 1


def test_boxes_of_maps() -> None:
    rows = torch.tensor([[0.0, 1.0, 0.5, 2.0, 0.25]]).repeat(len(CELLS.strides), 1)[None]
    assert boxes_of(rows, CELLS)[0, 64 + 6].tolist() == [40 - 16, 24 - 8, 40 + 32, 24 + 4]


def test_overlaps_worked_out() -> None:
    a, b = torch.tensor([0.0, 0, 2, 2]), torch.tensor([1.0, 0, 3, 2])
    far = torch.tensor([8.0, 0, 10, 2])
    assert iou(a, b) == pytest.approx(2 / 6)
    assert giou(a, b) == pytest.approx(2 / 6)
    assert iou(a, far) == 0
    assert giou(a, far) == pytest.approx(-12 / 20)
    assert math.isfinite(giou(a[None] * 0, a[None] * 0).item())
