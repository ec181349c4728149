"""Data sets of whole photos with boxes, written small in their original layouts."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipes.datasets.fddb import box_of_ellipse
from recipes.shelf.boxed_photos import BoxedPhoto, photos_of
from zoo.data.labelled_data import find_data
from zoo.errors import DataError

WIDER = """0--Parade/0_Parade_1.jpg
2
10 20 30 40 0 0 0 0 0 0
50 60 7 8 2 0 0 1 2 0
1--Handshaking/none.jpg
0
0 0 0 0 0 0 0 0 0 0
1--Handshaking/flat.jpg
1
5 5 0 9 0 0 0 0 0 0
"""
FDDB = """2002/08/11/big/img_591
1
123.5 85.5 1.265 269.7 161.8  1
2002/08/26/big/img_265
2
67.3 44.5 -1.47 105.2 87.2  1
41.9 27.1 1.35 184.1 44.4  1
"""
BOXES = """file,event,x,y,w,h,invalid
b.jpg,Parade,1.5,2,10,20,0
a.jpg,Parade,0,0,5,5,0
b.jpg,Parade,30,40,10,20,1
"""

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a file of labels in an empty folder and returns the folder."""

    def write(name: str, text: str) -> Path:
        file = tmp_path / "set" / "part" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return tmp_path / "set" / "part"

    return write


def read(name: str | Path, split: str = "test") -> list[BoxedPhoto]:
    return list(photos_of(find_data(name, split)))


def test_wider(write: Write) -> None:
    folder = write("wider_face_split/wider_face_val_bbx_gt.txt", WIDER)
    first, empty, flat = read(folder)
    assert first.path == folder / "WIDER_val" / "images" / "0--Parade" / "0_Parade_1.jpg"
    assert first.boxes.tolist() == [[10, 20, 40, 60], [50, 60, 57, 68]]
    assert first.valid.tolist() == [True, False]
    assert empty.boxes.shape == (0, 4)
    assert not flat.valid.any()
    assert find_data(folder, "test").label == "wider/test"
    assert len(read(f"wider:{folder}:val")) == 3


def test_fddb(write: Write) -> None:
    folder = write("FDDB-folds/FDDB-fold-01-ellipseList.txt", FDDB)
    write("FDDB-folds/FDDB-fold-02-ellipseList.txt", "c\n0\n")
    first, second, empty = read(folder)
    assert first.path == folder / "originalPics/2002/08/11/big/img_591.jpg"
    x0, y0, x1, y1 = first.boxes[0]
    assert (x1 - x0, y1 - y0) == pytest.approx((1.3 * 2 * 85.5,) * 2)
    assert (x0 + x1) / 2 == pytest.approx(269.7)
    assert (y0 + y1) / 2 == pytest.approx(161.8 + 0.26 * 2 * 85.5)
    assert (len(second.boxes), len(empty.boxes)) == (2, 0)
    assert find_data(folder, "test").label == "set/part"


@given(st.floats(1, 500), st.floats(-50, 500), st.floats(-50, 500), st.floats(0.1, 10))
def test_the_box_of_an_ellipse_scales_with_it(
    width: float, x: float, y: float, scale: float
) -> None:
    box = np.array(box_of_ellipse(width, x, y))
    scaled = box_of_ellipse(scale * width, scale * x, scale * y)
    np.testing.assert_allclose(scaled, scale * box, rtol=1e-9, atol=1e-9)


def test_boxes(write: Write) -> None:
    folder = write("annotations.csv", BOXES)
    a, b = read(folder)
    assert [a.path, b.path] == [folder / "images" / "a.jpg", folder / "images" / "b.jpg"]
    assert b.boxes.tolist() == [[1.5, 2, 11.5, 22], [30, 40, 40, 60]]
    assert b.valid.tolist() == [True, False]
    found = find_data(folder, "test")
    assert (found.dataset.name, found.label, found.points) == ("boxes", "set/part", 0)


def test_calibration_sees_whole_photos(write: Write) -> None:
    folder = write("annotations.csv", BOXES)
    pictures = find_data(folder, "train").pictures()
    assert [(p.path.name, p.box) for p in pictures] == [("a.jpg", None), ("b.jpg", None)]


_VAL = "wider_face_split/wider_face_val_bbx_gt.txt"
_FOLD = "FDDB-folds/FDDB-fold-01-ellipseList.txt"


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            _VAL,
            WIDER.replace("\n2\n", "\nx\n"),
            "txt:1: 'x' follows '0--Parade/0_Parade_1.jpg'; expected",
        ),
        (_VAL, WIDER.replace("\n2\n", "\n20\n"), "txt:1: 20 faces are stated, but 8 lines follow"),
        (_VAL, WIDER.replace("30 40", "30"), "txt:1: has 9 numbers; expected 10"),
        (_VAL, WIDER.replace("60 7", "60 nan"), "txt:1: found 'nan'; expected a number of pixels"),
        (
            _VAL,
            WIDER.replace("1--H", "../H"),
            "txt:5: photo '../Handshaking/none.jpg' is not inside",
        ),
        (_VAL, "", "has no photo; at least one is needed"),
        (
            _FOLD,
            FDDB.replace("\n2\n", "\n\n"),
            "txt:4: '' follows '2002/08/26/big/img_265'; expected",
        ),
        (_FOLD, FDDB.replace("  1\n", "\n"), "txt:1: has 5 numbers; expected 6"),
        ("FDDB-folds/note.txt", "", r"FDDB-folds: holds no FDDB-fold-\*-ellipseList.txt"),
        (
            "annotations.csv",
            BOXES.replace("1.5", ""),
            ("csv:2: column 'x' is '', it must be a finite number"),
        ),
        ("annotations.csv", BOXES.replace("b.jpg", "/b"), "csv:2: photo '/b' is not inside images"),
        ("annotations.csv", "file,x,y,w,h\n", "has no photo; at least one is needed"),
    ],
)
def test_faults_of_labels(write: Write, file: str, text: str, message: str) -> None:
    folder = write(file, text)
    with pytest.raises(DataError, match=message):
        read(folder)


def test_a_table_without_boxes(write: Write) -> None:
    folder = write("annotations.csv", "file,x,y,w\n")
    with pytest.raises(DataError, match=re.escape("csv: column 'h' is missing; expected file, ")):
        read(f"boxes:{folder}")


def test_landmarks_are_no_boxes(write: Write) -> None:
    folder = write("annotations.csv", "file,x0,y0\n")
    assert find_data(folder, "test").dataset.name == "crops"


def test_a_data_set_of_landmarks_is_refused(make_faces: Callable[..., Path]) -> None:
    with pytest.raises(DataError, match="data set 'crops' holds no whole photos with boxes"):
        read(make_faces(2))
