"""Boxes of a float detector that its integer form finds again, or loses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from zoo.contract import Contract, Step, TensorSpec
from zoo.picture import Picture
from zoo.proof.lost_boxes import finds_boxes, lost_boxes, lost_boxes_check

CONTRACT = Contract(
    TensorSpec("image", (3, 16, 16)),
    (TensorSpec("boxes", (20, 4)), TensorSpec("scores", (20, 2))),
    (
        Step("stretch", {"size": [16, 16]}),
        Step("normalize", {"mean": [0, 0, 0], "std": [255, 255, 255]}),
    ),
    (
        Step("boxes", {"coding": "corners", "boxes": ["boxes"], "scores": ["scores"]}),
        Step("nms"),
    ),
)
places = st.lists(st.integers(0, 40), min_size=1, max_size=9, unique=True)


def values(*corners, classes=0):
    boxes = [(10.0 * x, 0.0, 8.0, 8.0) for x in corners]
    scores = np.linspace(1, 0.5, len(boxes))
    made = {"boxes": np.array(boxes).reshape(-1, 4), "scores": scores}
    return {**made, "classes": np.full(len(boxes), classes)}


@given(places)
def test_what_is_there_again_is_not_lost(corners):
    half = -(-len(corners) // 2)
    assert lost_boxes(values(*corners), values(*corners)) == (0, half)
    assert lost_boxes(values(*corners), values(*corners[:half])) == (0, half)
    assert lost_boxes(values(*corners), values(*corners[1:])) == (1, half)
    assert lost_boxes(values(*corners), values()) == (half, half)


def test_a_box_of_another_class_is_another_box():
    assert lost_boxes(values(1, 2), values(1, 2, classes=3)) == (1, 1)


def test_without_boxes_nothing_is_lost():
    assert lost_boxes(values(), values(1, 2)) == (0, 0)


def test_only_contracts_of_boxes_are_judged():
    assert finds_boxes(CONTRACT)
    assert not finds_boxes(Contract(CONTRACT.input, CONTRACT.outputs, CONTRACT.pre))


def network(scores):
    """Return a network that finds boxes side by side, with these scores in every picture."""
    x = np.arange(20, dtype=np.float32)[:, None] * 0.8
    boxes = np.concatenate([x, 0 * x, x + 0.6, 0 * x + 8], axis=1)
    both = np.zeros((20, 2), np.float32)
    both[: len(scores), 1] = scores
    return lambda _feeds: {"boxes": boxes[None], "scores": both[None]}


@pytest.mark.parametrize(("kept", "lost"), [(6, 0.0), (2, 1 / 3), (0, 1.0)])
def test_the_share_of_lost_boxes_is_recorded(tmp_path, kept, lost):
    Image.new("RGB", (32, 32)).save(tmp_path / "a.png")
    pictures = [Picture(tmp_path / "a.png")] * 4
    floats, integers = network([0.9] * 6), network([0.9] * kept)
    check = lost_boxes_check(CONTRACT, floats, integers, pictures, "4 pictures")
    assert (check.largest, check.values, check.bound) == (pytest.approx(lost, 1e-4), 12, 0.5)
    assert check.step.endswith("boxes that are not found again, 4 pictures")
    few = lost_boxes_check(CONTRACT, floats, integers, pictures[:1], "1 picture")
    assert (few.values, few.bound) == (3, None)
    assert lost_boxes_check(CONTRACT, network([]), integers, pictures, "") is None
