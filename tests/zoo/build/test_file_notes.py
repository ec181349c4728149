"""What exporters write into a file's metadata."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.build.file_notes import FileNotes, read_notes

ULTRALYTICS = {
    "description": "Ultralytics YOLOv8n-pose model",
    "stride": "32",
    "task": "pose",
    "imgsz": "[480, 640]",
    "names": "{0: 'person'}",
    "kpt_shape": "[17, 3]",
}


def test_ultralytics():
    expected = FileNotes(("person",), (480, 640), (17, 3), is_ultralytics=True)
    assert read_notes(ULTRALYTICS) == expected


@pytest.mark.parametrize(
    ("metadata", "labels"),
    [
        ({"names": "['cat', 'dog']"}, ("cat", "dog")),
        ({"id2label": '{"0": "cat", "1": "dog"}'}, ("cat", "dog")),
        ({"names": "{0: 'cat', 2: 'dog'}"}, ()),
        ({"names": "{1: 'cat'}"}, ()),
        ({"names": "['cat', '']"}, ()),
        ({"names": "['cat', 'a\\nb']"}, ()),
        ({"names": "[1, 2]"}, ()),
        ({"names": "cat, dog"}, ()),
        ({"names": "[" * 100_000}, ()),
        ({"names": "", "labels": '["cat"]'}, ("cat",)),
        ({}, ()),
    ],
)
def test_labels_are_a_list_or_a_table_of_consecutive_numbers(metadata, labels):
    assert read_notes(metadata).labels == labels


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("[480, 640]", (480, 640)),
        ("640", (640, 640)),
        ("[640]", None),
        ("[0, 0]", None),
        ("", None),
    ],
)
def test_the_size_is_two_numbers_or_one(text, size):
    assert read_notes({"imgsz": text}).size == size


def test_a_line_for_each_character():
    assert read_notes({"character": "a\nb\n!"}).characters == 3


@given(st.dictionaries(st.sampled_from(["names", "imgsz", "kpt_shape", "stride"]), st.text()))
def test_any_text_can_be_there(metadata):
    assert isinstance(read_notes(metadata), FileNotes)
