"""Whether landmarks stay where an app looks for them again."""

import re
from pathlib import Path

import numpy as np
import pytest
from landmark_recipe import NETWORK

import codegen
from recipes.shelf.steadiness import LARGEST_MOVE, LOOKS, stays

IMAGE = np.zeros((100, 100, 3), np.uint8)
SHAPE = np.concatenate([[[0.0, 0.0], [1.0, 1.0]], np.full((66, 2), 0.5)])


def network(move):
    """Return a network whose landmarks fill its region, moved by a part of it."""

    def run(feeds):
        return {"landmarks": (SHAPE + move).reshape(1, -1).repeat(len(feeds["image"]), 0)}

    return run


@pytest.mark.parametrize(("move", "wanted"), [(0, True), (0.001, True), (0.05, False)])
def test_landmarks_that_move_on_do_not_stay(move, wanted):
    assert stays(NETWORK, network(move), IMAGE, (20.0, 20.0, 40.0, 40.0)) is wanted


def test_a_region_that_vanishes_is_none():
    def run(feeds):
        return {"landmarks": np.full((len(feeds["image"]), 136), 0.5)}

    assert not stays(NETWORK, run, IMAGE, (20.0, 20.0, 40.0, 40.0))


def test_the_app_has_the_same_numbers():
    core = Path(codegen.__path__[0]) / "templates" / "cpp" / "core"
    text = "".join((core / name).read_text() for name in ("finding.hpp", "looking.cpp"))
    numbers = {name: float(n) for name, n in re.findall(r"constexpr \w+ (k\w+) = ([\d.]+);", text)}
    assert numbers["kLargestMove"] == LARGEST_MOVE
    assert numbers["kLooksInDoubt"] == LOOKS
