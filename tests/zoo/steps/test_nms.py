import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.errors import RecipeError
from zoo.registry import load
from zoo.step import Frame, Region, ValueSpec

STEP = load("step", "nms")
FRAME = Frame(np.zeros((32, 64, 3), np.uint8), (0, 0, 1, 1), Region(512, -256, 64 * 512, 32 * 256))
places, sides = st.integers(-20, 20), st.integers(0, 20)
rows = st.tuples(places, places, sides, sides, st.integers(0, 4), st.integers(0, 1))


def run(found, **given):
    """found: x, y, width, height, score, class, each."""
    table = np.array(found, np.float64).reshape(-1, 6)
    boxes = np.concatenate([table[:, :2], table[:, :2] + table[:, 2:4]], axis=1)
    values = {
        "candidate_boxes": boxes.astype(np.int64),
        "candidate_scores": table[:, 4],
        "candidate_classes": table[:, 5].astype(np.int64),
    }
    return STEP.apply(values, FRAME, STEP.complete(given))


def pixels(row):
    x, y, width, height = row[:4]
    return set(itertools.product(range(x, x + width), range(y, y + height)))


def by_definition(candidates, percent, limit, considered, per_class):
    """Pixel by pixel."""
    kept = []
    for row in sorted(candidates, key=lambda row: -row[4])[:considered]:
        rivals = [pixels(k) for k in kept if not per_class or k[5] == row[5]]
        same = (100 * len(pixels(row) & k) > percent * len(pixels(row) | k) for k in rivals)
        if len(kept) < limit and not any(same):
            kept.append(row)
    return kept


@given(
    st.lists(rows, max_size=12),
    st.sampled_from([0, 30, 50, 100]),
    st.integers(1, 12),
    st.integers(1, 12),
    st.booleans(),
)
def test_equals_its_definition(candidates, percent, limit, considered, per_class):
    found = run(
        candidates,
        iou_percent=percent,
        limit=limit,
        candidates=considered,
        per_class=per_class,
    )
    kept = by_definition(candidates, percent, limit, considered, per_class)
    assert found["scores"].tolist() == [row[4] for row in kept]
    assert found["classes"].tolist() == [row[5] for row in kept]
    # An input pixel is 2 photo pixels wide and 1 high.
    in_photo = [[2 + x / 128, -1 + y / 256, w / 128, h / 256] for x, y, w, h, *_ in kept]
    np.testing.assert_allclose(found["boxes"], np.reshape(in_photo, (-1, 4)), atol=1e-12)


def test_of_equal_scores_the_first_remains():
    found = run([[0, 0, 10, 10, 1, 0], [1, 0, 10, 10, 1, 0], [0, 0, 10, 10, 1, 1]])
    assert found["boxes"][:, 0].tolist() == [2, 2]
    assert found["classes"].tolist() == [0, 1]


def test_labels_follow_their_boxes():
    values = {
        "candidate_boxes": np.array([[0, 0, 9, 9], [50, 0, 60, 9]]),
        "candidate_scores": np.array([0.1, 0.7]),
        "candidate_classes": np.array([0, 1]),
        "candidate_labels": np.array(["cat", "dog"]),
    }
    found = STEP.apply(values, FRAME, STEP.complete({}))
    assert found["labels"].tolist() == ["dog", "cat"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"iou_percent": 0.45}, "iou_percent is 0.45; expected an integer of at least 0"),
        ({"iou_percent": 101}, r"iou_percent is 101; expected at most 100 percent"),
        ({"limit": 0}, "limit is 0; expected an integer of at least 1"),
        ({"per_class": 1}, "per_class is 1; expected true or false"),
    ],
)
def test_parameters_out_of_range_are_refused(given, message):
    with pytest.raises(RecipeError, match=message):
        STEP.complete(given)


def test_boxes_come_first():
    with pytest.raises(RecipeError, match="no candidates; step 'boxes' must be before it"):
        STEP.adds({"boxes": ValueSpec((9, 4), "float32")}, STEP.complete({}))


def test_a_region_is_needed():
    values = {"candidate_boxes": np.zeros((0, 4)), "candidate_scores": np.zeros(0)}
    values["candidate_classes"] = np.zeros(0)
    frame = Frame(np.zeros((8, 8, 3), np.uint8), (0, 0, 8, 8))
    with pytest.raises(RecipeError, match="add stretch, center_crop, letterbox or crop"):
        STEP.apply(values, frame, STEP.complete({}))
