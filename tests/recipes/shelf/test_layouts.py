"""Mirror orders are checked on the average face and by the tables of both data sets."""

import json
from pathlib import Path

import pytest

from recipes.shelf import landmarks
from recipes.shelf.layouts import LAYOUTS, layout_of
from zoo.errors import DataError


@pytest.mark.parametrize("points", LAYOUTS)
def test_mirroring_twice_gives_the_face_back(points: int) -> None:
    mirror = layout_of(points).mirror
    assert [mirror[mirror[i]] for i in range(points)] == list(range(points))


@pytest.mark.parametrize("points", LAYOUTS)
def test_a_mirror_swaps_the_eyes_and_keeps_the_nose(points: int) -> None:
    layout = layout_of(points)
    first, second = layout.eyes
    assert {layout.mirror[i] for i in first} == set(second)
    assert layout.mirror[layout.eye_corners[0]] == layout.eye_corners[1]
    assert layout.mirror[layout.nose_tip] == layout.nose_tip


def test_the_average_face_is_symmetric_under_the_mirror() -> None:
    path = Path(landmarks.__file__).with_name("average_face.json")
    content = json.loads(path.read_text())
    place = dict(zip(content["points"], content["face"], strict=True))
    mirror = layout_of(68).mirror
    for point, (x, y, z) in place.items():
        assert place[mirror[point]] == [-x, y, z]


def test_an_unknown_layout_is_refused() -> None:
    with pytest.raises(DataError, match=r"no layout with 21 landmarks; known: \[68, 98\]"):
        layout_of(21)


@pytest.mark.parametrize("points", LAYOUTS)
def test_each_point_is_in_one_region_and_mirrors_into_it(points: int) -> None:
    layout = layout_of(points)
    assert sorted(i for region in layout.regions.values() for i in region) == list(range(points))
    for region in layout.regions.values():
        assert {layout.mirror[i] for i in region} == set(region)
