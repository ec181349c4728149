"""A diagnosis with labels: accuracy by regions, and a normalisation that labels contradict."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recipes.shelf.landmark_evaluation import predict
from recipes.shelf.portraits import portraits
from zoo import registry
from zoo.build.plan import make_plan
from zoo.build.wish import Wish
from zoo.data.held_out import hold_out
from zoo.data.regions import landmark_box
from zoo.diagnosis.case import Case
from zoo.diagnosis.labelled import compare_accuracy, demand_evaluation, scaling_by_labels
from zoo.diagnosis.normalization import scalings, with_scaling
from zoo.diagnosis.runner import Runner
from zoo.errors import UsageError
from zoo.picture import read_picture

NAME, QUANT = "pfld_0.25x.300w68", "ptq.w8a8-asym"


@pytest.fixture
def case() -> Case:
    plan = make_plan(Wish(NAME, "x86"))
    files = {"float": plan.recipe.hubs["none"], "integer": plan.recipe.hubs[QUANT]}
    read = registry.load("format", "onnx").read
    graphs = (read(file.read_bytes(), file.name) for file in files.values())
    nothing = Runner("image", np.zeros((0, 3, 112, 112), np.float32))
    return Case(plan, *graphs, files, nothing, "none", None, hold_out(()))


@pytest.fixture
def portrait_data(tmp_path: Path, case: Case) -> Path:
    """Return portraits that are labelled with what the float network finds."""
    folder = tmp_path / "portraits" / "test"
    (folder / "images").mkdir(parents=True)
    hub = case.files["float"]
    run = registry.load("executor", "onnxruntime-unoptimized").load(hub.parent, hub.name)
    with (folder / "annotations.csv").open("w", newline="") as table:
        writer = csv.writer(table)
        writer.writerow(["file", *(f"{axis}{i}" for i in range(68) for axis in "xy")])
        for golden in portraits()[::2]:  # those that are square
            image, box = read_picture(golden.image), golden.box
            for _ in range(4):  # until the landmarks are those of their own box
                points = predict(case.plan.recipe.contract, run, image, box)
                box = landmark_box(points)
            (folder / "images" / golden.image.name).write_bytes(golden.image.read_bytes())
            writer.writerow([golden.image.name, *points.round(3).ravel()])
    return folder


def test_labels_tell_a_wrong_normalisation(case, portrait_data):
    assert list(scaling_by_labels(case, portrait_data)) == []
    recipe = case.plan.recipe
    wrong = next(one for one in scalings(recipe.contract) if one.name == "pixels of 0..1")
    changed = replace(recipe, contract=with_scaling(recipe.contract, wrong))
    planted = replace(case, plan=replace(case.plan, recipe=changed))
    (found,) = scaling_by_labels(planted, portrait_data)
    assert (found.kind, found.where) == ("wrong normalisation", "contract")
    assert "127.5" in found.remedy


def test_both_networks_are_compared_by_region(case, portrait_data):
    lines = compare_accuracy(case, portrait_data)
    assert {"jaw", "eyes", "mouth"} < {line.condition for line in lines if line.test == "region"}
    whole = lines[0]
    assert (whole.test, whole.count) == ("all", 2)
    assert whole.floats < 1
    assert whole.floats != whole.integers


def test_a_file_has_no_accuracy(case):
    recipe = replace(case.plan.recipe, evaluate="")
    with pytest.raises(UsageError, match="leave out --data"):
        demand_evaluation(recipe)
