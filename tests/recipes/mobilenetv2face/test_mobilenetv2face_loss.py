"""Targets, coding and loss of canonical boxes, and how they are found."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from recipes.mobilenetv2face.canonical import cluster  # noqa: E402
from recipes.mobilenetv2face.loss import (  # noqa: E402
    SAMPLED,
    canonical_places,
    coded,
    loss_of,
    rows_of,
    want,
)
from recipes.mobilenetv2face.recipe import contract  # noqa: E402
from recipes.mobilenetv2face.variants import VARIANTS, canonical_boxes  # noqa: E402
from zoo.data.processing import postprocess, preprocess  # noqa: E402
from zoo.errors import DataError  # noqa: E402

SIDES = ((16.0, 20.0), (40.0, 52.0))
PLACES = canonical_places(96, 16, SIDES)


def wanted_of(*faces: tuple[float, float, float, float], valid: bool = True):
    boxes = torch.tensor(faces, dtype=torch.float32).reshape(-1, 4)
    validity = torch.full((len(boxes),), valid)
    return want(boxes, validity, PLACES, np.random.default_rng(0))


def test_places_are_around_the_cells() -> None:
    assert PLACES.shape == (6 * 6 * 2, 4)
    assert PLACES[2 * (6 * 1 + 2)].tolist() == [40 - 8, 24 - 10, 40 + 8, 24 + 10]


def test_a_face_of_a_canonical_box() -> None:
    wanted = wanted_of((20, 14, 60, 66))  # 40 x 52 around the cell (40, 40)
    (place,) = torch.nonzero(wanted.face).flatten().tolist()
    assert place == 2 * (6 * 2 + 2) + 1
    assert wanted.boxes[place].tolist() == [0, 0, 0, 0]
    assert int(wanted.counted.sum()) < SAMPLED  # few cells overlap it by less than 0.3


def test_the_best_box_of_an_unusual_face_is_wanted() -> None:
    wanted = wanted_of((41, 41, 47, 47))
    assert int(wanted.face.sum()) == 1


def test_an_invalid_face_is_neither_wanted_nor_held_against() -> None:
    wanted = wanted_of((20, 14, 60, 66), valid=False)
    assert not wanted.face.any()
    assert not wanted.counted[2 * (6 * 2 + 2) + 1]


def test_without_faces_all_cells_are_none() -> None:
    wanted = wanted_of()
    assert not wanted.face.any()
    assert int(wanted.counted.sum()) == min(SAMPLED, len(PLACES))


numbers = st.floats(-1, 1)


@given(numbers, numbers, numbers, numbers)
def test_an_app_finds_the_box_that_was_coded(x: float, y: float, w: float, h: float) -> None:
    """The step 'boxes' undoes the coding of the targets."""
    variant = VARIANTS["mobilenetv2face_a0.5x.wider"]
    made, sides = contract(variant), canonical_boxes(25)
    places = canonical_places(224, 16, sides)
    place = 25 * (14 * 6 + 7) + 22
    own = places[place]
    centre = (own[:2] + own[2:]) / 2 + torch.tensor([20 * x, 20 * y])
    half = (own[2:] - own[:2]) / 2 * torch.tensor([2.0**w, 2.0**h])
    box = torch.cat([centre - half, centre + half])
    logits, boxes = torch.full((len(places),), -9.0), torch.zeros(len(places), 4)
    logits[place], boxes[place] = 3.0, coded(box, own)
    outputs = {
        "scores": logits.view(14, 14, 25).permute(2, 0, 1).numpy(),
        "boxes": boxes.view(14, 14, 25, 4).permute(2, 3, 0, 1).reshape(100, 14, 14).numpy(),
    }
    rows = rows_of(*(torch.from_numpy(outputs[name].copy())[None] for name in ("scores", "boxes")))
    torch.testing.assert_close(rows[1][0, place], boxes[place])
    frame = preprocess(made, np.zeros((224, 224, 3), np.uint8))
    (found,) = postprocess(made, outputs, frame)["boxes"]
    low, sides_found = box[:2].tolist(), (box[2:] - box[:2]).tolist()
    np.testing.assert_allclose(found, [*low, *sides_found], atol=0.02)


def test_the_loss_of_what_is_right_and_wrong() -> None:
    wanted = want(
        torch.tensor([[20.0, 14, 60, 66]]), torch.tensor([True]), PLACES, np.random.default_rng(0)
    )
    batch = type(wanted)(*(part[None] for part in wanted))
    right = torch.where(wanted.face, 20.0, -20.0).view(6, 6, 2).permute(2, 0, 1)[None]
    boxes = torch.zeros(1, 8, 6, 6)
    parts = loss_of((right, boxes), batch)
    assert float(parts["score"]) == pytest.approx(0, abs=1e-6)
    assert float(parts["box"]) == 0
    counted = int(wanted.counted.sum())
    assert float(loss_of((-right, boxes), batch)["score"]) == pytest.approx(20 * counted / SAMPLED)
    assert float(loss_of((right, boxes + 0.5), batch, 3.0)["box"]) == pytest.approx(3 * 0.25)


def test_clusters_are_the_medians_of_groups() -> None:
    random = np.random.default_rng(1)
    groups = [(10, 12), (40, 50), (100, 130)]
    sides = np.concatenate([random.normal(1, 0.02, (50, 2)) * group for group in groups])
    np.testing.assert_allclose(cluster(sides, 3), groups, rtol=0.03)
    with pytest.raises(DataError, match="2 different boxes of faces cannot make 3 clusters"):
        cluster(np.array([[1.0, 1], [2, 2], [2, 2]]), 3)


@pytest.mark.parametrize("count", [25, 9])
def test_canonical_boxes_grow(count: int) -> None:
    areas = [width * height for width, height in canonical_boxes(count)]
    assert len(areas) == count
    assert areas == sorted(areas)
