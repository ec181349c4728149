"""Regions fitted to a detector's boxes, and landmarks measured in them."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from landmark_recipe import NETWORK

from recipes.shelf import chain_evaluation
from recipes.shelf.chain_accuracy import fit_rule, measure
from recipes.shelf.chain_evaluation import Face, Found
from zoo.contract import Step
from zoo.data.evaluation import Detector
from zoo.errors import DataError, RecipeError
from zoo.region_rule import RegionRule


def boxes_of(rule, random, count=200):
    """Return detectors' boxes, and where their rule puts the labels'."""
    for _ in range(count):
        x, y, width, height = random.uniform((0, 0, 40, 40), (100, 100, 90, 120)).tolist()
        side = rule.width[0] * width + rule.width[1] * height
        centre_x = x + width / 2 + rule.shift[0] * width
        centre_y = y + height / 2 + rule.shift[1] * height
        wanted = (centre_x - side / 2, centre_y - side * 0.4, side, side * 0.8)
        yield (x, y, width, height), wanted


def test_the_rule_is_found_despite_outliers():
    random = np.random.default_rng(0)
    rule = RegionRule((0.6, 0.35), (0.6, 0.35), (0.01, 0.1), 2)
    pairs = list(boxes_of(rule, random))
    pairs[:10] = [(found, (0.0, 0.0, 500.0, 500.0)) for found, _ in pairs[:10]]
    fitted = fit_rule([*pairs, (None, pairs[0][1])])
    np.testing.assert_allclose(fitted.width, rule.width, atol=0.01)
    assert fitted.width == fitted.height
    np.testing.assert_allclose(fitted.shift, rule.shift, atol=0.002)
    assert fitted.passes == 2


def test_a_detector_that_finds_nothing():
    with pytest.raises(RecipeError, match="the detector finds 1 of 3 faces; four are needed"):
        fit_rule([(None, (0, 0, 9, 9))] * 2 + [((0, 0, 9, 9), (0, 0, 9, 9))])


def test_errors_in_each_kind_of_box():
    """The network answers the same points of any region: only the region decides its error."""
    random = np.random.default_rng(1)
    shape = np.concatenate([[[0, 0], [1, 1]], random.uniform(0, 1, (66, 2))])

    def run(feeds):
        return {"landmarks": shape.reshape(1, -1).repeat(len(feeds["image"]), 0).astype("f4")}

    landmarks = shape * 40 + [20, 30] - 0.5
    face = Face(np.zeros((100, 100, 3), np.uint8), landmarks)
    found = (15.0, 20.0, 50.0, 50.0)
    rule = RegionRule((0.8, 0.0), (0.8, 0.0), (0.0, 0.1))
    measured = measure(NETWORK, run, [face], [found], rule)
    assert measured.labels == pytest.approx(0, abs=0.5)
    assert measured.raw > 10
    assert measured.corrected == pytest.approx(0, abs=0.5)
    assert (measured.faces, measured.missed) == (1, 0)
    assert measure(NETWORK, run, [face], [None], rule).missed == 1


def test_evaluation_in_the_regions_that_a_detector_finds(monkeypatch, tmp_path):
    random = np.random.default_rng(2)
    shape = np.concatenate([[[0, 0], [1, 1]], random.uniform(0, 1, (66, 2))])
    faces = [Face(np.zeros((100, 100, 3), np.uint8), shape * 40 + [20, 30] - 0.5)] * 4
    place = Found((15.0, 20.0, 50.0, 50.0))
    places = iter([place, None, place, None])
    monkeypatch.setattr(chain_evaluation, "find_faces", lambda *_: SimpleNamespace(label="set"))
    monkeypatch.setattr(chain_evaluation, "crops_of", lambda _: None)
    monkeypatch.setattr(chain_evaluation, "faces_of", lambda _: faces)
    monkeypatch.setattr(chain_evaluation, "find", lambda *_: next(places))

    def run(feeds):
        return {"landmarks": shape.reshape(1, -1).repeat(len(feeds["image"]), 0).astype("f4")}

    rule = RegionRule((0.8, 0.0), (0.8, 0.0), (0.0, 0.1), passes=2)
    found = chain_evaluation.evaluate(NETWORK, run, Detector(NETWORK.contract, run, rule), tmp_path)
    assert (found.data, found.count) == ("set", 4)
    assert found.metrics["missed_percent"] == 50
    assert found.metrics["nme_interocular_percent"] == pytest.approx(0, abs=0.5)
    places = iter([None] * 4)
    with pytest.raises(DataError, match="the detector finds none of 4 faces"):
        chain_evaluation.evaluate(NETWORK, run, Detector(NETWORK.contract, run, rule), tmp_path)


def test_a_network_that_aligns_points_is_measured_with_them(monkeypatch, tmp_path):
    """The face lies on its side; one look, aligned by two of its points, finds it."""
    random = np.random.default_rng(2)
    shape = np.concatenate([[[0, 0], [1, 1]], random.uniform(0, 1, (66, 2))])
    turned = np.stack([70 - 40 * shape[:, 1], 30 + 40 * shape[:, 0]], axis=1) - 0.5
    face = Face(np.zeros((100, 100, 3), np.uint8), turned)
    place = Found((15.0, 20.0, 50.0, 50.0), tuple(map(tuple, turned[:2].tolist())))
    monkeypatch.setattr(chain_evaluation, "find_faces", lambda *_: SimpleNamespace(label="set"))
    monkeypatch.setattr(chain_evaluation, "crops_of", lambda _: None)
    monkeypatch.setattr(chain_evaluation, "faces_of", lambda _: [face])
    monkeypatch.setattr(chain_evaluation, "find", lambda *_: place)
    align = Step("align", {"points": [[-0.5, -0.5], [7.5, 7.5]], "size": [8, 8]})
    contract = replace(NETWORK.contract, pre=(align, NETWORK.contract.pre[-1]))

    def run(feeds):
        return {"landmarks": shape.reshape(1, -1).repeat(len(feeds["image"]), 0).astype("f4")}

    network, detector = replace(NETWORK, contract=contract), Detector(contract, run, RegionRule())
    found = chain_evaluation.evaluate(network, run, detector, tmp_path)
    assert found.metrics["nme_interocular_percent"] == pytest.approx(0, abs=0.1)
