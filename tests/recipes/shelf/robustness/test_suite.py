from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recipes.shelf.landmark_evaluation import evaluate
from recipes.shelf.robustness.suite import CONDITIONS, measure
from zoo import registry

MakeFaces = Callable[..., Path]
RECIPE = registry.load("recipe", "pfld_0.25x.300w68")


def brightness(feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Answer by colours alone: photos that differ get other landmarks."""
    rows = feeds["image"].reshape(-1)[: 136 * 276].reshape(136, 276)
    return {"landmarks": 0.5 + 0.1 * rows.mean(axis=1, keepdims=True).T}


def test_all_tests_are_measured_and_twice_the_same(make_faces: MakeFaces) -> None:
    folder = make_faces(2, subset=["helen", "lfpw"])
    first, second = (list(measure(RECIPE, brightness, folder, noise_copies=3)) for _ in range(2))
    assert first == second
    tests = list(dict.fromkeys(line.test for line in first))
    assert tests[0] == "unchanged"
    assert {"region", "subset", *(condition.test for condition in CONDITIONS)} < set(tests)
    assert tests[-1] == "noise"
    keys = [(line.test, line.condition) for line in first]
    assert len(keys) == len(set(keys))


def test_the_unchanged_line_is_that_of_eval(make_faces: MakeFaces) -> None:
    folder = make_faces(3)
    result = evaluate(RECIPE, brightness, folder)
    line = next(measure(RECIPE, brightness, folder))
    assert line.count == result.count
    for name, value in line.metrics.items():
        assert value == pytest.approx(result.metrics[name])


def test_changes_reach_the_network(make_faces: MakeFaces) -> None:
    lines = list(measure(RECIPE, brightness, make_faces(2), noise_copies=2))
    unchanged = lines[0].metrics["nme_interocular_percent"]
    for line in lines:
        if line.test in {condition.test for condition in CONDITIONS}:
            assert line.metrics["nme_interocular_percent"] != unchanged, line


def test_data_sets_are_named_as_in_eval(make_faces: MakeFaces) -> None:
    folder = make_faces(3)
    named = next(measure(RECIPE, brightness, Path(f"crops:{folder}")))
    assert named == next(measure(RECIPE, brightness, folder))
