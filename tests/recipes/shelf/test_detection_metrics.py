"""Metrics of detections against values worked out by hand, and what must hold for all photos."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipes.shelf.detection_metrics import (
    PhotoDetections,
    ScoredFaces,
    detection_metrics,
    overlaps,
    scored_faces,
)

Box = tuple[float, float, float, float]
FACE, OTHER, FAR = (0, 0, 20, 20), (40, 0, 64, 30), (200, 200, 230, 230)


def photo(
    found: list[tuple[Box, float]], faces: list[Box], valid: list[bool] | None = None
) -> PhotoDetections:
    return PhotoDetections(
        np.array([box for box, _ in found], np.float64).reshape(-1, 4),
        np.array([score for _, score in found], np.float64),
        np.array(faces, np.float64).reshape(-1, 4),
        np.array(valid if valid is not None else [True] * len(faces), np.bool_),
    )


def rightness(photos: list[PhotoDetections], smallest_px: float = 16) -> list[bool]:
    """What counts, the surest first."""
    scored = scored_faces(photos, smallest_px)
    return scored.right[np.argsort(-scored.scores, kind="stable")].tolist()


@st.composite
def photos(draw: st.DrawFn) -> list[PhotoDetections]:
    """Photos with faces of all sizes, found more or less well, and false positives."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    made = []
    for _ in range(draw(st.integers(1, 4))):
        corners = random.uniform(0, 200, (random.integers(0, 6), 2))
        faces = np.hstack([corners, corners + random.uniform(5, 60, corners.shape)])
        near = np.repeat(faces, 2, axis=0)
        near += random.normal(0, 6, near.shape)
        boxes = np.vstack([near, random.uniform((0, 0, 200, 200), (200, 200, 400, 400), (3, 4))])
        scores = random.integers(1, 9, len(boxes)) / 8  # many are equal
        made.append(PhotoDetections(boxes, scores, faces, random.random(len(faces)) < 0.8))
    return made


def test_overlap_of_two_squares() -> None:
    square = np.array([[0, 0, 2, 2]], np.float64)
    shifted = np.array([[1, 0, 3, 2], [5, 5, 6, 6], [0, 0, 4, 4], [1, 1, 1, 1]], np.float64)
    iou, inside = overlaps(square, shifted)
    assert iou == pytest.approx(np.array([[2 / 6, 0, 4 / 16, 0]]))
    assert inside == pytest.approx(np.array([[2 / 4, 0, 1, 0]]))


def test_a_face_is_found_once_by_the_surest() -> None:
    found = [(FACE, 0.5), ((1, 0, 21, 20), 0.9), (OTHER, 0.7)]
    assert rightness([photo(found, [FACE, OTHER])]) == [True, True, False]


@pytest.mark.parametrize(
    ("box", "judged"),
    [
        ((0, 0, 20, 10.0), [True]),  # IoU 0.5
        ((0, 0, 20, 9.9), []),  # not found, but smaller than what is asked for
        ((5, 5, 35, 35), [False]),
    ],
)
def test_what_finds_a_face(box: Box, judged: list[bool]) -> None:
    assert rightness([photo([(box, 0.5)], [FACE])]) == judged


@pytest.mark.parametrize("box", [FACE, (-10, 0, 10, 20), (2, 2, 19, 19)])
def test_what_lies_on_an_ignored_face_is_neither_right_nor_wrong(box: Box) -> None:
    assert rightness([photo([(box, 0.9)], [FACE], [False])]) == []
    assert rightness([photo([(box, 0.9)], [FACE])], smallest_px=21) == []


def test_average_precision_worked_out() -> None:
    """Right, wrong, right of 3 faces: precision 1 up to recall 1/3, 2/3 up to 2/3, then 0."""
    found = [(FACE, 0.9), (FAR, 0.8), (OTHER, 0.7)]
    metrics = detection_metrics([photo(found, [FACE, OTHER, (100, 100, 120, 120)])], 16)
    assert metrics == pytest.approx(
        {
            "ap_16px_percent": 100 * (1 / 3 + 1 / 3 * 2 / 3),
            "recall_0.1fp_16px_percent": 100 / 3,
        }
    )


def test_recall_at_false_positives_per_photo() -> None:
    scored = ScoredFaces(
        np.array([0.9, 0.8, 0.7, 0.7, 0.6]), np.array([True, False, True, False, True]), 4, 10
    )
    assert scored.recall_at(0.0) == 1 / 4
    assert scored.threshold_at(0.1) == 0.8  # at 0.7 comes a second false positive
    assert scored.recall_at(0.2) == 3 / 4
    assert scored.threshold_at(0.2) == 0.6


@pytest.mark.parametrize("faces", [[], [FACE]])
def test_nothing_found(faces: list[Box]) -> None:
    metrics = detection_metrics([photo([], faces)], 16)
    assert set(metrics.values()) == {0.0}
    assert detection_metrics([], 16) == metrics


@given(photos())
def test_faces_as_labelled_are_perfect(given: list[PhotoDetections]) -> None:
    apart = np.arange(6)[:, None] * (300, 0, 300, 0)  # faces may not hide each other
    labels = [p.faces + apart[: len(p.faces)] for p in given]
    found = [
        PhotoDetections(faces, np.full(len(faces), 0.5), faces, p.valid)
        for p, faces in zip(given, labels, strict=True)
    ]
    scored = scored_faces(found, 16)
    assert scored.right.all()
    assert len(scored.right) == scored.faces
    if scored.faces:
        assert scored.average_precision == scored.recall_at(0.0) == 1


@given(photos(), st.randoms(use_true_random=False))
def test_the_order_of_photos_does_not_matter(given: list[PhotoDetections], random: object) -> None:
    shuffled = given.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert detection_metrics(shuffled, 16) == pytest.approx(detection_metrics(given, 16))


@given(photos())
def test_only_the_order_of_scores_matters(given: list[PhotoDetections]) -> None:
    squared = [PhotoDetections(p.boxes, p.scores**2, p.faces, p.valid) for p in given]
    assert detection_metrics(squared, 16) == detection_metrics(given, 16)


@given(photos(), st.sampled_from([0.5, 2.0, 8.0]))
def test_metrics_do_not_depend_on_the_unit(given: list[PhotoDetections], scale: float) -> None:
    scaled = [PhotoDetections(p.boxes * scale, p.scores, p.faces * scale, p.valid) for p in given]
    assert list(detection_metrics(scaled, 16 * scale).values()) == pytest.approx(
        list(detection_metrics(given, 16).values())
    )


@given(photos(), st.floats(0, 2))
def test_a_false_positive_never_helps(given: list[PhotoDetections], score: float) -> None:
    first = given[0]
    boxes = np.vstack([first.boxes, [[1000, 1000, 1100, 1100]]])
    worse = PhotoDetections(boxes, np.append(first.scores, score), first.faces, first.valid)
    before, after = scored_faces(given, 16), scored_faces([worse, *given[1:]], 16)
    rounding = 1e-12
    assert after.average_precision <= before.average_precision + rounding
    assert after.recall_at(0.1) <= before.recall_at(0.1)
    if score == 0:  # surer than nothing
        assert after.average_precision == pytest.approx(before.average_precision)


@given(photos(), st.sampled_from([0.0, 0.25, 0.5, 1.0]))
def test_the_threshold_keeps_its_promise(given: list[PhotoDetections], rate: float) -> None:
    scored = scored_faces(given, 16)
    kept = scored.scores >= scored.threshold_at(rate)
    assert (~scored.right[kept]).sum() <= rate * len(given)
    assert scored.recall_at(rate) * scored.faces == pytest.approx(scored.right[kept].sum())
