"""The reader names the file, row or column that is at fault."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recipes.shelf.crops import read_crops
from zoo.errors import DataError

MakeFaces = Callable[..., Path]


def edit(folder: Path, change: Callable[[list[str]], list[str]]) -> Path:
    table = folder / "annotations.csv"
    table.write_text("\n".join(change(table.read_text().splitlines())) + "\n")
    return folder


def test_reads_images_and_landmarks(make_faces: MakeFaces) -> None:
    crops = read_crops(make_faces(3, yaw=[1, -2, 3.5]), 68)
    assert crops.images.shape == (3, 48, 48, 3)
    assert crops.images.dtype == np.uint8
    assert crops.landmarks.shape == (3, 68, 2)
    assert crops.column("yaw").tolist() == [1, -2, 3.5]
    assert [path.name for path in crops.paths] == ["face0.png", "face1.png", "face2.png"]


def test_normalised_landmarks_count_from_the_outer_edge(make_faces: MakeFaces) -> None:
    crops = read_crops(make_faces(1), 68)
    np.testing.assert_allclose(crops.normalised, (crops.landmarks + 0.5) / 48, rtol=1e-6)


def test_copies_of_test_faces_are_left_out(make_faces: MakeFaces) -> None:
    crops = read_crops(make_faces(3, dup_of_test=["", "lfpw_1.jpg", ""]), 68)
    assert [row["file"] for row in crops.rows] == ["face0.png", "face2.png"]


def test_distilled_labels_share_the_pictures_of_landmarks68(make_faces: MakeFaces) -> None:
    folder = make_faces(1, image_set=["300w"])
    shared = folder.parent.parent / "landmarks68" / "train" / "images"
    shared.mkdir(parents=True)
    (folder / "images" / "face0.png").rename(shared / "face0.png")
    assert read_crops(folder, 68).paths == (shared / "face0.png",)


def test_missing_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"annotations\.csv: no such file; a crops data set has"):
        read_crops(tmp_path, 68)


def test_table_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "annotations.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=r"annotations\.csv: cannot read the annotations"):
        read_crops(tmp_path, 68)


def test_empty_data_set(make_faces: MakeFaces) -> None:
    with pytest.raises(DataError, match=r"annotations\.csv: no faces; at least one row is needed"):
        read_crops(make_faces(0), 68)


def test_too_few_columns(make_faces: MakeFaces) -> None:
    with pytest.raises(DataError, match=r"column 'x68' is missing; .* x0, y0 to x97, y97"):
        read_crops(make_faces(1), 98)


def test_too_many_columns(make_faces: MakeFaces) -> None:
    with pytest.raises(DataError, match="has more than the 68 landmarks of this model"):
        read_crops(make_faces(1, points=98), 68)


@pytest.mark.parametrize("text", ["nan", "left", ""])
def test_landmark_that_is_no_number(make_faces: MakeFaces, text: str) -> None:
    def spoil(lines: list[str]) -> list[str]:
        cells = lines[2].split(",")
        return [*lines[:2], ",".join([cells[0], text, *cells[2:]]), *lines[3:]]

    folder = edit(make_faces(3), spoil)
    with pytest.raises(
        DataError, match=f"csv:3: column 'x0' is '{text}', it must be a finite number"
    ):
        read_crops(folder, 68)


def test_row_that_was_cut_short(make_faces: MakeFaces) -> None:
    folder = edit(make_faces(2), lambda lines: [*lines[:2], lines[2][:40]])
    with pytest.raises(DataError, match=r"csv:3: column '[xy]\d+' is "):
        read_crops(folder, 68)


def test_missing_image(make_faces: MakeFaces) -> None:
    folder = make_faces(2)
    (folder / "images" / "face1.png").unlink()
    with pytest.raises(DataError, match=r"face1\.png: no such image, though annotations\.csv"):
        read_crops(folder, 68)


def test_image_that_is_no_image(make_faces: MakeFaces) -> None:
    folder = make_faces(2)
    (folder / "images" / "face1.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"face1\.png: cannot be read as a picture"):
        read_crops(folder, 68)


def test_image_that_was_cut_short(make_faces: MakeFaces) -> None:
    folder = make_faces(2)
    path = folder / "images" / "face1.png"
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(DataError, match=r"face1\.png: cannot be read as a picture"):
        read_crops(folder, 68)


def test_images_of_two_sizes(make_faces: MakeFaces) -> None:
    folder = make_faces(2)
    Image.new("RGB", (32, 32)).save(folder / "images" / "face1.png")
    with pytest.raises(DataError, match=r"face1\.png: 32 pixels wide, but face0\.png has 48"):
        read_crops(folder, 68)


def test_image_that_is_not_square(make_faces: MakeFaces) -> None:
    folder = make_faces(1)
    Image.new("RGB", (32, 48)).save(folder / "images" / "face0.png")
    with pytest.raises(DataError, match=r"face0\.png: 32x48 pixels, crops are square"):
        read_crops(folder, 68)


def test_column_that_is_missing(make_faces: MakeFaces) -> None:
    crops = read_crops(make_faces(1), 68)
    with pytest.raises(DataError, match=r"face 'face0\.png': column 'headpose_yaw' is None"):
        crops.column("headpose_yaw")
