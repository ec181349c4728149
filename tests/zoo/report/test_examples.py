"""Golden pictures through two networks: what is shown of them, and where they differ most."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zoo.contract import Contract, Step, TensorSpec
from zoo.recipe import GoldenInput, Recipe
from zoo.report.examples import examples

BOX = (20.0, 10.0, 40.0, 40.0)


def recipe(folder: Path, *post: Step, size: tuple[int, int] = (100, 80)) -> Recipe:
    """Return a recipe with two pictures; its input is what is in the box."""
    golden = []
    for name in ("first", "second"):
        file = folder / f"{name}.png"
        Image.new("RGB", size, "gray").save(file)
        golden.append(GoldenInput(name, file, BOX))
    pre = (
        Step("crop", {"scale": 1.0}),
        Step("resize", {"size": [8, 8]}),
        Step("normalize", {"mean": [0.0] * 3, "std": [1.0] * 3}),
    )
    outputs = (TensorSpec("places", (4,)),)
    contract = Contract(TensorSpec("image", (3, 8, 8)), outputs, pre, post)
    return Recipe("toy", "toy", "", contract, golden=tuple(golden))


def always(*values):
    """Return a network that answers the same to every picture, or one answer after the other."""
    answers = iter(values)
    first = values[0]

    def run(feeds):
        assert feeds["image"].shape == (1, 3, 8, 8)
        return {"places": np.array([next(answers, first)], np.float32)}

    return run


LANDMARKS = Step("landmarks", {"count": 2, "output": "places"})


def test_places_are_in_the_pixels_of_the_part_that_is_shown(tmp_path):
    wanted = always([0.25, 0.25, 0.75, 0.75])
    shown = examples(recipe(tmp_path, LANDMARKS), wanted, wanted)
    assert [each.name for each in shown] == ["first", "second"]
    assert shown[0].distance_percent == 0
    # The box is 20..60 and 10..50; a quarter of its side is around it.
    assert shown[0].size == (60, 60)
    assert shown[0].wanted == shown[0].found == ((19.5, 19.5), (39.5, 39.5))
    with Image.open(io.BytesIO(shown[0].png)) as picture:
        assert picture.size == shown[0].size


def test_the_picture_where_they_differ_most_is_first(tmp_path):
    wanted = always([0.25, 0.25, 0.75, 0.75])
    found = always([0.25, 0.25, 0.75, 0.75], [0.25, 0.25, 0.75, 1.0])
    first, second = examples(recipe(tmp_path, LANDMARKS), wanted, found)
    assert (first.name, second.name) == ("second", "first")
    assert first.distance_percent == pytest.approx(25)  # one of two is 10 px off, in a box of 20
    assert first.differences["landmarks"] == "10"


def test_large_pictures_are_reduced_with_their_places(tmp_path):
    shown = recipe(tmp_path, LANDMARKS, size=(2000, 1600))
    golden = tuple(replace(each, box=(400.0, 200.0, 800.0, 800.0)) for each in shown.golden)
    wanted = always([0.0, 0.0, 1.0, 1.0])
    first, _ = examples(replace(shown, golden=golden), wanted, wanted)
    assert max(first.size) == 320
    low, high = first.wanted
    assert (high[0] - low[0]) / first.size[0] == pytest.approx(800 / 1200, abs=0.01)


def test_results_that_are_no_numbers_are_not_drawn(tmp_path):
    wanted, found = always([0.25, 0.25, 0.75, 0.75]), always([np.nan] * 4)
    first, _ = examples(recipe(tmp_path, LANDMARKS), wanted, found)
    assert (len(first.wanted), first.found) == (2, ())
    assert first.distance_percent is None


def test_boxes_are_compared_with_the_nearest(tmp_path):
    coding = {"coding": "corners", "boxes": ["places"], "scores": ["scores"]}
    shown = recipe(tmp_path, Step("boxes", coding), Step("nms", {"limit": 2}))
    outputs = (TensorSpec("places", (2, 4)), TensorSpec("scores", (2, 1)))
    shown = replace(shown, contract=replace(shown.contract, outputs=outputs))

    def network(*boxes):
        places = np.array([boxes], np.float32)
        scores = np.array([[[0.9], [0.8]]], np.float32)
        return lambda _: {"places": places, "scores": scores}

    wanted = network([0, 0, 2, 2], [4, 4, 8, 8])
    found = network([4, 4, 8, 8], [0, 0, 2, 2])  # the other way round
    first, _ = examples(shown, wanted, found)
    assert (len(first.wanted_boxes), len(first.found_boxes)) == (2, 2)
    assert first.distance_percent == pytest.approx(0)
    first, _ = examples(shown, wanted, network([0, 0, 2, 2], [4, 4, 8, 7.25]))
    assert first.distance_percent == pytest.approx(100 * 0.75 / 4 / 2 / 2)


def test_a_network_of_signals_has_no_pictures(tmp_path):
    shown = recipe(tmp_path)
    contract = replace(shown.contract, signal=object())
    assert examples(replace(shown, contract=contract), always([0]), always([0])) == ()
