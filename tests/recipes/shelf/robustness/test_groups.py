import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recipes.shelf.crops import read_crops
from recipes.shelf.layouts import layout_of
from recipes.shelf.robustness.face import Face
from recipes.shelf.robustness.groups import measure_groups
from zoo import registry
from zoo.data.regions import landmark_box

MakeFaces = Callable[..., Path]
CONTRACT = registry.load("recipe", "pfld_0.25x.300w68").contract


def counts(folder: Path, errors: np.ndarray | None = None, contract=CONTRACT):
    """Return (lines by test and condition) for errors [N, 68]."""
    crops = read_crops(folder, 68)
    faces = [
        Face(image, points.astype(float), landmark_box(points))
        for image, points in zip(crops.images, crops.landmarks, strict=True)
    ]
    if errors is None:
        errors = np.zeros((len(faces), 68))
    found = measure_groups(contract, crops, faces, errors, layout_of(68))
    return {(line.test, line.condition): line for line in found}


def test_an_error_at_the_jaw_is_the_jaws(make_faces: MakeFaces) -> None:
    errors = np.zeros((3, 68))
    errors[:, :17] = 0.2
    found = counts(make_faces(3), errors)
    nme = {
        region: line.metrics["nme_interocular_percent"]
        for (test, region), line in found.items()
        if test == "region"
    }
    assert nme == {"jaw": pytest.approx(20), "brows": 0, "nose": 0, "eyes": 0, "mouth": 0}
    assert found["region", "jaw"].metrics["failure_rate_0.1_percent"] == 100


def test_groups_by_the_datas_columns(make_faces: MakeFaces) -> None:
    folder = make_faces(
        4,
        headpose_yaw=[-25, 5, -9.9, 10],
        headpose_pitch=[-11, 0, 10, 30],
        attr_blur=[1, 0, 1, 1],
        attr_makeup=[0, 0, 0, 0],
        subset=["helen", "lfpw", "helen", "helen"],
    )
    errors = np.array([0.3, 0, 0, 0])[:, None].repeat(68, axis=1)
    found = counts(folder, errors)
    sizes = {key: line.count for key, line in found.items() if key[0] != "region"}
    assert sizes == {
        ("head pose, |yaw|", "below 10 deg"): 2,
        ("head pose, |yaw|", "10 to 20 deg"): 1,
        ("head pose, |yaw|", "above 20 deg"): 1,
        ("head pose, pitch", "down, below -10 deg"): 1,
        ("head pose, pitch", "level"): 1,
        ("head pose, pitch", "up, above 10 deg"): 2,
        ("attribute", "blur"): 3,
        ("subset", "helen"): 3,
        ("subset", "lfpw"): 1,
    }
    wide = found["head pose, |yaw|", "above 20 deg"].metrics
    assert wide["nme_interocular_percent"] == pytest.approx(30)
    assert found["attribute", "blur"].metrics["nme_interocular_percent"] == pytest.approx(10)


def frontal(folder: Path) -> None:
    """Give all faces of a folder the landmarks of the average face, seen from the front."""
    step = next(step for step in CONTRACT.post if step.name == "head_pose")
    place = dict(zip(step.parameters["points"], step.parameters["face"], strict=True))
    table = folder / "annotations.csv"
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    scale = 8 / np.abs(np.array(list(place.values()))[:, :2]).max()
    for row in rows:
        for point, (x, y, _) in place.items():
            row[f"x{point}"], row[f"y{point}"] = str(24 + scale * x), str(24 + scale * y)
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_head_pose_by_the_contract_where_the_data_have_none(make_faces: MakeFaces) -> None:
    folder = make_faces(2)
    frontal(folder)
    found = counts(folder)
    assert found["head pose, |yaw|", "below 10 deg"].count == 2
    assert found["head pose, pitch", "level"].count == 2


def test_no_head_pose_where_nothing_tells_it(make_faces: MakeFaces) -> None:
    bare = replace(CONTRACT, post=CONTRACT.post[:1])
    assert {test for test, _ in counts(make_faces(2), contract=bare)} == {"region"}
