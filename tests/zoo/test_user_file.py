"""A network's file is read by the importer that recognises it, else by its suffix."""

from pathlib import Path

import pytest

from zoo import registry
from zoo.errors import PluginError, UsageError
from zoo.user_file import find_importer, is_user_file, suffixes

TFLITE = b"\x1c\0\0\0TFL3" + bytes(20)


@pytest.mark.parametrize(
    ("name", "content", "importer"),
    [
        ("a.onnx", b"", "onnx"),
        ("a.tflite", b"", "tflite"),
        ("a.tflite", TFLITE, "tflite"),
        ("a.onnx", TFLITE, "tflite"),
        ("a.bin", TFLITE, "tflite"),
    ],
)
def test_content_comes_before_the_suffix(tmp_path, name, content, importer):
    (tmp_path / name).write_bytes(content)
    assert is_user_file(str(tmp_path / name))
    assert find_importer(tmp_path / name).name == importer


def test_files_that_are_not_there_are_known_by_their_suffix():
    assert find_importer(Path("none.tflite")).name == "tflite"
    assert [is_user_file(word) for word in ("pfld", "none.pth", "none.onnx")] == [
        False,
        False,
        True,
    ]


def test_other_files_are_refused(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"something else")
    assert suffixes() == ".onnx or .tflite"
    with pytest.raises(UsageError, match=r"a\.bin: not a readable network file; give"):
        find_importer(tmp_path / "a.bin")


def test_a_broken_importer_does_not_stop_the_others(monkeypatch):
    load_all = registry.load_all

    def broken(kind):
        loaded, _ = load_all(kind)
        return {"onnx": loaded["onnx"]}, {"tflite": PluginError("broken")}

    monkeypatch.setattr(registry, "load_all", broken)
    assert find_importer(Path("none.onnx")).name == "onnx"
