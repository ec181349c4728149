"""What the names of labelled data stand for, whatever data sets there are."""

from pathlib import Path

import pytest

from zoo import registry
from zoo.data.labelled_data import DataName, find_data, is_labelled, parse_name, recognisers
from zoo.errors import DataError, UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("faces", DataName("", Path("faces"), "")),
        ("/data/faces", DataName("", Path("/data/faces"), "")),
        ("a/odd:name", DataName("", Path("a/odd:name"), "")),
        ("300w:/data/300W", DataName("300w", Path("/data/300W"), "")),
        ("300w:/data/300W:common", DataName("300w", Path("/data/300W"), "common")),
        ("300w:a:b/c", DataName("300w", Path("a:b/c"), "")),
    ],
)
def test_parts_of_a_name(text: str, expected: DataName) -> None:
    assert parse_name(text) == expected
    assert parse_name(Path(text)) == expected


def test_a_folder_may_have_colons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a:b", "c:d"):
        Path(name).mkdir()
    assert parse_name("a:b") == DataName("", Path("a:b"), "")
    assert parse_name("crops:c:d") == DataName("crops", Path("c:d"), "")
    assert parse_name("crops:c:d:test") == DataName("crops", Path("c:d"), "test")


def test_the_split_that_is_asked_for_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "afw").mkdir()
    assert find_data(tmp_path, "train").split == "train"
    assert find_data(f"300w:{tmp_path}:common", "train").split == "common"
    assert find_data(f"crops:{tmp_path}", "train").split == ""


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    """A folder with crops for two purposes in subfolders."""
    for split in ("train", "test"):
        (tmp_path / "faces" / split).mkdir(parents=True)
        (tmp_path / "faces" / split / "annotations.csv").touch()
    return tmp_path / "faces"


@pytest.mark.parametrize("prefix", ["", "crops:"])
@pytest.mark.parametrize("split", ["train", "test"])
def test_a_subfolder_for_the_purpose_is_found(faces: Path, prefix: str, split: str) -> None:
    found = find_data(f"{prefix}{faces}", split)
    assert (found.folder, found.split, found.label) == (faces / split, "", f"faces/{split}")
    # By its own name it is the same data, whatever is asked for.
    assert found.name == f"crops:{faces / split}"
    assert find_data(found.name, "other") == found
    assert is_labelled(faces, split)


def test_subfolders_for_other_purposes_are_named(faces: Path) -> None:
    assert not is_labelled(faces, "val")
    with pytest.raises(DataError) as refused:
        find_data(faces, "val")
    assert str(refused.value) == (
        f"{faces}: has no data set for 'val' in a subfolder of that name; give {faces / 'test'} or "
        f"{faces / 'train'}"
    )


def test_a_folder_without_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no known data set, nor does its subfolder 'test'"):
        find_data(tmp_path, "test")


def test_a_folder_that_is_a_data_set_comes_before_its_subfolders(faces: Path) -> None:
    (faces / "annotations.csv").touch()
    assert find_data(faces, "train").folder == faces


@pytest.mark.parametrize(
    ("given", "label"),
    [
        ("photos", "photos"),
        ("./photos/", "photos"),
        ("../here/photos", "here/photos"),
        (".", "here"),
    ],
)
def test_a_label_is_the_end_of_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, label: str
) -> None:
    for folder in (tmp_path / "here", tmp_path / "here" / "photos"):
        folder.mkdir()
        (folder / "annotations.csv").touch()
    monkeypatch.chdir(tmp_path / "here")
    assert find_data(given, "train").label == label


def test_a_missing_folder_holds_nothing(tmp_path: Path) -> None:
    assert recognisers(tmp_path / "nowhere") == []
    with pytest.raises(UsageError, match="nowhere: no such folder; give a folder of labelled data"):
        find_data(f"crops:{tmp_path / 'nowhere'}", "test")


def test_a_broken_data_set_of_others_is_passed_over(
    tmp_path: Path, install, caplog: pytest.LogCaptureFixture
) -> None:
    source = (
        "from zoo.descriptor import Descriptor\n"
        "from zoo.hookspecs import hookimpl\n"
        "@hookimpl\n"
        "def register_datasets():\n"
        "    return [Descriptor('broken', 'nowhere:DATASET')]\n"
    )
    install("zoo-broken", "zoo_broken", source)
    assert "broken" in registry.names("dataset")
    (tmp_path / "annotations.csv").touch()
    assert [dataset.name for dataset in recognisers(tmp_path)] == ["crops"]
    assert "dataset 'broken' of plugin 'zoo_broken' (zoo-broken" in caplog.text


@pytest.mark.parametrize("text", ["300w:", "300w::common", ":"])
def test_a_name_without_a_folder_is_refused(text):
    with pytest.raises(UsageError, match=f"^'{text}' names no folder; give "):
        parse_name(text)
