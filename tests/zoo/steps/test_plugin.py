from pathlib import Path

import pytest
from formatting import misplaced

from zoo import steps
from zoo.registry import load, names
from zoo.step import PostStep, PreStep

BUILT_IN = (
    "aspect_ratios",
    "boxes",
    "center_crop",
    "color",
    "contrast",
    "crop",
    "embedding",
    "equalize",
    "gray",
    "head_pose",
    "heatmap",
    "landmarks",
    "letterbox",
    "mask",
    "nms",
    "normalize",
    "resize",
    "softmax",
    "stretch",
    "top_k",
)


def test_every_file_is_a_step():
    assert set(BUILT_IN) <= set(names("step"))


@pytest.mark.parametrize("name", BUILT_IN)
def test_step_has_both_forms(name):
    step = load("step", name)
    assert isinstance(step, PreStep | PostStep)
    assert step.name == name
    header = step.cpp_header.read_text("utf-8")
    frame = "Frame& frame" if isinstance(step, PreStep) else "Values& values, const Frame&"
    assert f"inline void {name}({frame}" in header


def test_cpp_forms_are_formatted():
    assert misplaced(Path(steps.__path__[0]).glob("*.hpp")) == ""
