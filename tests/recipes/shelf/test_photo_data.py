"""Original data sets, drawn small: a dot at each label lies under it after cutting."""

import contextlib
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from recipes.shelf.face_data import find_faces, read_faces
from recipes.shelf.labelled_faces import join
from recipes.shelf.landmark_evaluation import evaluate
from recipes.shelf.photo_crops import Cut, LabelledPhoto, cut_face
from zoo import registry
from zoo.contract import Contract, TensorSpec
from zoo.data.labelled_data import LabelledData
from zoo.data.pictures import calibration_pictures
from zoo.errors import DataError, UnknownNameError, UsageError
from zoo.recipe import Recipe

FOLDERS = ("afw", "helen/trainset", "lfpw/trainset", "helen/testset", "lfpw/testset", "ibug")


def dots(points: int, places: np.ndarray, mode: str = "RGB") -> Image.Image:
    y, x = np.arange(220)[:, None], np.arange(260)
    # The columns and rows of each dot, multiplied and added: the dots hardly touch.
    across = np.exp(-((x - places[:points, :1]) ** 2) / 4)
    down = np.exp(-((y - places[:points, 1]) ** 2) / 4)
    photo = np.minimum(255 * (down @ across), 255).astype(np.uint8)
    return Image.fromarray(photo).convert(mode)


def grid(points: int) -> np.ndarray:
    i = np.arange(points)
    return np.stack([60.3 + 12 * (i % 10), 50.6 + 12 * (i // 10)], axis=1)


def check_dots(image: np.ndarray, landmarks: np.ndarray) -> None:
    y, x = np.mgrid[: len(image), : len(image)]
    for px, py in landmarks:
        near = image[..., 0] * ((abs(x - px) < 4) & (abs(y - py) < 4)).astype(float)
        found = np.array([(near * x).sum(), (near * y).sum()]) / near.sum()
        assert np.abs(found - (px, py)).max() < 0.5


@pytest.fixture
def w300(tmp_path: Path) -> Path:
    for name, mode in zip(FOLDERS, ("L", "RGB", "CMYK", "RGB", "RGB", "RGB"), strict=True):
        folder = tmp_path / "300W" / name
        folder.mkdir(parents=True)
        suffix = "jpg" if mode == "CMYK" else "png"
        dots(68, grid(68), mode).save(folder / f"a 1.{suffix}")
        lines = "\n".join(f"{x:.3f} {y:.3f}" for x, y in grid(68) + 1)
        (folder / "a 1.pts").write_text(f"version: 1\nn_points:  68\n{{\n{lines}\n}}\n")
    return tmp_path / "300W"


@pytest.fixture
def wflw(tmp_path: Path) -> Path:
    folder = tmp_path / "WFLW"
    (folder / "WFLW_images" / "0--Parade").mkdir(parents=True)
    dots(98, grid(98)).save(folder / "WFLW_images" / "0--Parade" / "a.png")
    words = " ".join(map(str, grid(98).ravel()))
    lists = folder / "WFLW_annotations"
    for name, extras in (
        ("list_98pt_rect_attr_train_test/list_98pt_rect_attr_test", "1 2 3 4 1 0 0 0 1 0 "),
        ("list_98pt_test/list_98pt_test_largepose", ""),
    ):
        (lists / name).parent.mkdir(parents=True)
        (lists / f"{name}.txt").write_text(f"{words} {extras}0--Parade/a.png\n")
    return folder


@pytest.mark.parametrize(
    ("split", "count", "size"),
    [("train", 3, 160), ("common", 2, 128), ("challenging", 1, 128), ("full", 3, 128)],
)
def test_300w(w300: Path, split: str, count: int, size: int) -> None:
    crops = read_faces(f"300w:{w300}:{split}", "test", 68)
    assert crops.images.shape == (count, size, size, 3)
    for image, landmarks in zip(crops.images, crops.landmarks, strict=True):
        check_dots(image, landmarks)


def test_wflw_and_its_subsets(wflw: Path) -> None:
    crops = read_faces(wflw, "test", 98)
    check_dots(crops.images[0], crops.landmarks[0])
    assert crops.column("attr_pose").tolist() == [1]
    assert crops.column("attr_blur").tolist() == [0]
    assert len(read_faces(f"wflw:{wflw}:largepose", "test").rows) == 1


def test_faces_of_one_photo_stay_apart(wflw: Path) -> None:
    path = wflw / "WFLW_annotations/list_98pt_test/list_98pt_test_largepose.txt"
    moved = " ".join(map(str, (grid(98) + 5).ravel()))
    path.write_text(f"{path.read_text()}{moved} 0--Parade/a.png\n")
    faces = join([read_faces(f"wflw:{wflw}:largepose", "test"), read_faces(wflw, "test")])
    assert len(faces.rows) == 2  # the first is in both


def test_an_original_split_is_measured(w300: Path) -> None:
    pfld = registry.load("recipe", "pfld_0.25x.300w68")
    result = evaluate(pfld, lambda _: {"landmarks": np.full((1, 136), 0.5)}, f"300w:{w300}:common")
    assert (result.data, result.count) == ("300w/common", 2)


@given(st.floats(-30, 90), st.floats(-30, 70), st.integers(20, 60))
def test_beyond_the_photo_its_edge_goes_on(x: float, y: float, side: int) -> None:
    photo = np.random.default_rng(0).integers(0, 256, (50, 70, 3), dtype=np.uint8)
    corners = np.array([[x, y], [x + side, y + side]])
    face = LabelledPhoto(Path("a.png"), corners, {}, "a.pts")
    image, landmarks, (x0, y0, found) = cut_face(photo, face, Cut(1.0, side))
    assert found == side
    at = np.arange(side)
    expected = photo[np.clip(y0 + at, 0, 49)[:, None], np.clip(x0 + at, 0, 69)]
    np.testing.assert_array_equal(image, expected)
    np.testing.assert_allclose(landmarks, corners - (x0, y0), atol=1e-4)


def test_names(w300: Path, tmp_path: Path) -> None:
    assert find_faces(w300, "train").label == "300w/train"
    assert find_faces(f"300w:{w300}:common", "train").label == "300w/common"
    with pytest.raises(UnknownNameError, match="unknown split of 300w 'comon'; did you mean commo"):
        find_faces(f"300w:{w300}:comon", "train")
    with pytest.raises(UnknownNameError, match="unknown dataset '300v'; did you mean 300w"):
        find_faces(f"300v:{w300}", "train")
    with pytest.raises(UsageError, match="nowhere: no such folder; give a folder of labelled data"):
        find_faces(tmp_path / "nowhere", "train")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"no known data set, nor does .* known: 300w, boxes, cro"):
        find_faces(tmp_path / "empty", "train")
    with pytest.raises(DataError, match=r"no data set for 'train' in a subfolder .*; give .*/300W"):
        find_faces(tmp_path, "train")
    with pytest.raises(DataError, match="a folder of 'crops' is one split; leave :train out"):
        find_faces(f"crops:{tmp_path}:train", "train")
    with pytest.raises(DataError, match="its faces have 68 landmarks; expected 98"):
        read_faces(w300, "train", 98)
    (w300 / "annotations.csv").touch()
    with pytest.raises(DataError, match="'300w' and 'crops' recognise this folder; choose one"):
        find_faces(w300, "train")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("60.3", "nan", r"a 1\.pts: found|a 1\.pts:4: found 'nan'; expected a number of pixels"),
        ("n_points:  68", "n_points: 67", r"a 1\.pts: n_points is '67' and 68 points follow"),
        ("}", "", r"a 1\.pts: its points do not stand between lines"),
        ("61.300 51.600", "1 1 1", r"a 1\.pts:4: has 3 numbers; expected 2"),
        ("61.300", "99999", r"a 1\.pts: landmark 0 at \(99998, 50\.6\) is far outside a 1\.png"),
    ],
)
def test_broken_pts(w300: Path, old: str, new: str, message: str) -> None:
    path = w300 / "ibug" / "a 1.pts"
    path.write_text(path.read_text().replace("61.300" if old == "60.3" else old, new, 1))
    with pytest.raises(DataError, match=message):
        read_faces(f"300w:{w300}:challenging", "test")


def test_missing_and_broken_photos(w300: Path) -> None:
    photo = w300 / "ibug" / "a 1.png"
    photo.write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"a 1\.png: cannot be read as a picture"):
        read_faces(f"300w:{w300}:challenging", "test")
    photo.unlink()
    with pytest.raises(DataError, match=r"a 1\.pts: has no photo; a 1\.jpg or a 1\.png is missing"):
        read_faces(f"300w:{w300}:challenging", "test")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("ibug/*", r"ibug: holds no \.pts file; 300-W has one beside each photo"),
        ("ibug", r"ibug: no such folder; 300-W keeps photos and \.pts files there"),
    ],
)
def test_incomplete_300w(w300: Path, path: str, message: str) -> None:
    for found in list(w300.glob(path)):
        shutil.rmtree(found) if found.is_dir() else found.unlink()
    for read in (LabelledData.read, LabelledData.pictures):
        with pytest.raises(DataError, match=message):
            read(find_faces(f"300w:{w300}:challenging", "test"))


def test_photo_without_landmarks(w300: Path) -> None:
    shutil.copy(w300 / "ibug" / "a 1.png", w300 / "ibug" / "b.png")
    with pytest.raises(DataError, match=r"b\.png: has no landmarks; b\.pts is missing beside it"):
        read_faces(f"300w:{w300}:challenging", "test")


def test_part_of_a_split_is_told(w300: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        read_faces(f"300w:{w300}:common", "test")
    assert "300W: 2 faces; the whole of 'common' has 554" in caplog.text


def test_landmarks_in_one_place(w300: Path) -> None:
    points = "\n".join(["5 5"] * 68)
    (w300 / "ibug" / "a 1.pts").write_text(f"version: 1\nn_points: 68\n{{\n{points}\n}}\n")
    for read in (LabelledData.read, LabelledData.pictures):
        with pytest.raises(DataError, match=r"a 1\.pts: all landmarks are in one place; correct"):
            read(find_faces(f"300w:{w300}:challenging", "test"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\n \n", r"largepose\.txt: no faces; expected one line for each"),
        (b"\xff\xfe", r"largepose\.txt: cannot read the labels"),
        (b"1 2 a.png", r"largepose\.txt:1: has 3 words; WFLW has 196 coordinates, then 10"),
        (
            b"0 " * 196 + b"../a.png",
            r"txt:1: photo '\.\./a\.png' is not inside WFLW_images; correct",
        ),
        (b"0 " * 196 + b"/a.png", r"txt:1: photo '/a\.png' is not inside WFLW_images; correct"),
        (b"0 " * 195 + b"x a.png", r"txt:1: found 'x'; expected a number of pixels"),
    ],
)
def test_broken_wflw_list(wflw: Path, content: bytes, message: str) -> None:
    (wflw / "WFLW_annotations/list_98pt_test/list_98pt_test_largepose.txt").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_faces(f"wflw:{wflw}:largepose", "test")


def test_missing_wflw_list(wflw: Path) -> None:
    with pytest.raises(DataError, match=r"list_98pt_test_blur\.txt: cannot read the labels"):
        read_faces(f"wflw:{wflw}:blur", "test")


def test_a_data_set_of_other_things(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Things:
        name, splits = "things", ()

        def recognises(self, folder: Path) -> bool:  # noqa: ARG002
            return True

        def points(self, folder: Path) -> int:
            return int(folder.name)

        def read(self, folder: Path, split: str) -> object:  # noqa: ARG002
            return ["a thing"]

    monkeypatch.setattr(registry, "load_all", lambda _: ({"things": Things()}, {}))
    for points in ("0", "68"):
        (tmp_path / points).mkdir()
        with pytest.raises(DataError, match="'things' holds no landmarks of faces; give another"):
            read_faces(tmp_path / points, "test")


def test_boxes_of_original_photos_are_calibrated_with(w300: Path, wflw: Path) -> None:
    found = calibration_pictures(registry.load("recipe", "pfld"), Path(f"300w:{w300}"), 500)
    assert [picture.path.parent.name for picture in found] == ["afw", "trainset", "trainset"]
    assert found[1].box == pytest.approx((60.8, 51.1, 108, 72))
    assert found[1].read().shape == (220, 260, 3)
    (other,) = calibration_pictures(
        registry.load("recipe", "pfld_0.25x.wflw98"), Path(f"wflw:{wflw}:test"), 500
    )
    assert other.box == pytest.approx((60.8, 51.1, 108, 108))
    with pytest.raises(DataError, match="its faces have 98 landmarks; expected 68"):
        calibration_pictures(registry.load("recipe", "pfld"), wflw, 500)


def test_own_networks_are_calibrated_with_the_boxes_of_a_data_set(w300: Path) -> None:
    own = Recipe("own", "user", "", Contract(TensorSpec("image", (3, 8, 8)), (), ()))
    (found,) = calibration_pictures(own, Path(f"300w:{w300}:challenging"), 500)
    assert found.box == pytest.approx((60.8, 51.1, 108, 72))
    assert calibration_pictures(own, w300, 500)[0].box is not None


PTS = "version: 1\nn_points: 68\n{\n" + "\n".join(f"{x} {y}" for x, y in grid(68)) + "\n}\n"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.binary(max_size=2), st.integers(0, len(PTS)), st.booleans())
def test_any_bytes_in_a_pts_file(w300: Path, odd: bytes, at: int, cut: bool) -> None:
    content = PTS.encode()
    rest = b"" if cut else content[at + len(odd) :]
    (w300 / "ibug" / "a 1.pts").write_bytes(content[:at] + odd + rest)
    with contextlib.suppress(DataError):
        find_faces(f"300w:{w300}:challenging", "test").pictures()
        read_faces(f"300w:{w300}:challenging", "test")
