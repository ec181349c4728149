"""What counts as a found face in whole photos."""

import json

import numpy as np
import pytest

from recipes.shelf.scenes import compare, read_scenes
from zoo.errors import DataError

LAYOUT = np.stack([np.arange(68) % 10, np.arange(68) // 10], axis=1) * 10.0
"""Sixty-eight points from 0 to 90, 0 to 60."""


def scenes_of(tmp_path, *images):
    file = tmp_path / "annotations.json"
    file.write_text(json.dumps({"images": images}))
    return read_scenes(file)


def image(*faces, is_complete=True):
    return {"file": "a.png", "faces": faces, "all_faces_labelled": is_complete}


def face(x=0.0, landmarks=None):
    return {"box": [x, 0, 90, 60], "landmarks68": landmarks, "valid": True}


def test_each_result_counts_for_one_face(tmp_path):
    scenes = scenes_of(tmp_path, image(face(), face(), face(200)))
    found = compare(scenes, {"a.png": [LAYOUT]})
    assert (found.faces, found.found, found.further) == (3, 1, 0)
    assert found.with_landmarks == 0


@pytest.mark.parametrize(("is_complete", "further"), [(True, 1), (False, 0)])
def test_further_faces_are_wrong_only_where_all_are_labelled(tmp_path, is_complete, further):
    scenes = scenes_of(tmp_path, image(face(), is_complete=is_complete))
    found = compare(scenes, {"a.png": [LAYOUT, LAYOUT + 500], "unknown.png": [LAYOUT]})
    assert (found.found, found.further) == (1, further)


def test_the_error_is_relative_to_the_distance_between_the_eyes(tmp_path):
    scenes = scenes_of(tmp_path, image(face(landmarks=LAYOUT.tolist())))
    eyes = float(np.hypot(*(LAYOUT[45] - LAYOUT[36])))
    found = compare(scenes, {"a.png": [LAYOUT + np.array([3, 4])]})
    assert found.error_percent == pytest.approx(100 * 5 / eyes)
    assert found.with_landmarks == 1


@pytest.mark.parametrize("text", ["", "[]", '{"images": [{}]}'])
def test_labels_of_another_form_are_named(tmp_path, text):
    (tmp_path / "annotations.json").write_text(text)
    with pytest.raises(DataError, match=r"annotations\.json: cannot be read as labels of photos"):
        read_scenes(tmp_path / "annotations.json")
