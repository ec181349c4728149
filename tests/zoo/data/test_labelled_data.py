"""What the names of labelled data stand for, whatever data sets there are."""

from pathlib import Path

import pytest

from zoo import registry
from zoo.data.labelled_data import DataName, find_data, parse_name, recognisers
from zoo.errors import UsageError


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
