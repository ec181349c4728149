import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zoo.errors import RecipeError
from zoo.step import Frame, ValueSpec
from zoo.steps.top_k import STEP

FRAME = Frame(np.zeros((1, 1, 3), np.uint8), (0, 0, 1, 1))
FEW = st.sampled_from([0.0, -0.0, 1.0, 0.25, math.nan, math.inf, -math.inf])
scores = arrays(np.float32, st.integers(1, 12), elements=FEW | st.floats(-9, 9, width=32))


def top(values, count, labels=()):
    given = STEP.complete({"output": "out", "count": count, "labels": labels})
    return STEP.apply({"out": values}, FRAME, given)


def test_the_highest_is_first():
    found = top(np.array([0.1, 0.7, 0.2]), 2, ["cat", "dog", "owl"])
    assert found["top_labels"].tolist() == ["dog", "owl"]
    assert found["top_classes"].tolist() == [1, 2]
    assert found["top_scores"].tolist() == [0.7, 0.2]


def test_of_equal_scores_the_lower_index_is_first():
    assert top(np.array([0.0, 3.0, -0.0, 3.0]), 4)["top_classes"].tolist() == [1, 3, 0, 2]


def test_nan_is_the_lowest_score():
    found = top(np.array([math.nan, -5.0, -math.inf]), 3)
    assert found["top_classes"].tolist() == [1, 0, 2]


def test_without_labels_there_are_none():
    assert set(top(np.array([1.0]), 1)) == {"top_scores", "top_classes"}


@given(scores)
def test_one_is_argmax(values):
    ranked = np.where(np.isnan(values), -np.inf, values)
    assert top(values, 1)["top_classes"].tolist() == [ranked.argmax()]


@pytest.mark.toolchain
@given(values=scores, data=st.data())
def test_cpp_equals_numpy(cpp, values, data):
    count = data.draw(st.integers(1, len(values)))
    labels = [f"<{i}>" for i in range(len(values))]
    expected = top(values, count, labels)
    top_scores, classes, texts = cpp.top_k(values, count)
    np.testing.assert_array_equal(top_scores, expected["top_scores"])
    np.testing.assert_array_equal(classes, expected["top_classes"])
    assert texts == "".join(expected["top_labels"])


@pytest.mark.parametrize("count", [0, 1.0, "all"])
def test_bad_count_is_refused(count):
    with pytest.raises(RecipeError, match=r"'top_k': count is .*; expected an integer above 0"):
        STEP.complete({"count": count})


@pytest.mark.parametrize("labels", ["labels.txt", [1, 2]])
def test_labels_are_texts(labels):
    with pytest.raises(
        RecipeError, match=r'labels must be a list of texts, or \{file = "labels.txt"\}'
    ):
        STEP.complete({"labels": labels})


@pytest.mark.parametrize(
    ("count", "labels", "message"),
    [
        (4, [], "count is 4, but 'out' has 3 scores; give a count of at most 3"),
        (1, ["a", "b"], "there are 2 labels for the 3 scores of 'out'; give 3 labels, or none"),
    ],
)
def test_count_and_labels_fit_the_output(count, labels, message):
    given = STEP.complete({"output": "out", "count": count, "labels": labels})
    with pytest.raises(RecipeError, match=message):
        STEP.adds({"out": ValueSpec((3,), "float32")}, given)


def test_labels_are_printable():
    with pytest.raises(RecipeError, match=r"label 'a\\x07' has unprintable characters"):
        STEP.complete({"labels": ["a\x07", "b"]})
