"""Planted faults are the first finding, and a healthy network has none."""

import json
from dataclasses import replace

import pytest
from diagnosed import case_of, colour_network, with_scale, write_contract, write_pictures

from zoo.diagnosis.diagnosis import diagnose

MANY = 200


@pytest.fixture
def pictures(tmp_path):
    return write_pictures(tmp_path / "seen", MANY), write_pictures(tmp_path / "unseen", seed=1)


@pytest.fixture
def healthy(tmp_path, pictures):
    return case_of(tmp_path, colour_network(), *pictures)


def findings(case):
    return diagnose(case).findings


def test_a_healthy_network_has_no_finding(healthy):
    assert findings(healthy) == ()


def test_the_whole_diagnosis_is_json(healthy):
    found = diagnose(healthy)
    again = json.loads(json.dumps(found.to_json()))
    assert again["loss"] == found.loss == pytest.approx(found.losses["colours"], rel=1e-3)
    assert again["parts"][0]["part"]["node"] == found.parts[0].part.node
    assert {effect["value"] for effect in again["effects"]} == {"colours"}


def test_a_clipped_range(healthy):
    first, *_ = findings(replace(healthy, integers=with_scale(healthy.integers, "sum", 0.3)))
    assert (first.kind, first.where) == ("clipped range", "values of sum_add")
    assert "% of its values are outside of its grid" in first.measured
    assert "--calibrator minmax" in first.remedy


def test_a_wasted_range(healthy):
    first, *_ = findings(replace(healthy, integers=with_scale(healthy.integers, "sum", 20)))
    assert (first.kind, first.where) == ("wasted range", "values of sum_add")
    assert "3.6 of 8 bits" in first.measured


def test_calibration_pictures_of_another_kind(tmp_path):
    dark = write_pictures(tmp_path / "dark", MANY, low=40, high=80)
    bright = write_pictures(tmp_path / "bright", seed=1)
    first, *_ = findings(case_of(tmp_path, colour_network(), dark, bright))
    assert first.kind == "other pictures than in calibration"
    assert first.facts["kolmogorov_smirnov"] == 1
    assert first.facts["loss"] > 10 * first.facts["loss_on_calibration"]


def test_too_few_calibration_pictures(tmp_path):
    few, many = write_pictures(tmp_path / "few", 2), write_pictures(tmp_path / "many", seed=1)
    first, *_ = findings(case_of(tmp_path, colour_network(), few, many))
    assert (first.kind, first.facts["count"]) == ("too few calibration pictures", 2)


def test_an_outlier_channel_around_which_nothing_can_be_equalised(tmp_path, pictures):
    def loud(weights):
        weights["side.weight"][3] *= 100
        weights["side.bias"][3] *= 100
        weights["last.weight"][:, 3] /= 100

    first, *_ = findings(case_of(tmp_path, colour_network(loud), *pictures))
    assert (first.kind, first.where) == ("outlier channel", "values of side_conv")
    assert "channel 3 of 8" in first.measured


def test_a_dead_channel(tmp_path, pictures):
    def silent(weights):
        weights["last.weight"][2] = 0
        weights["last.bias"][2] = -1

    (only,) = findings(case_of(tmp_path, colour_network(silent), *pictures))
    assert (only.kind, only.where, only.facts) == (
        "dead channels",
        "values of last_conv",
        {"last": [2]},
    )


def test_a_scale_in_the_contract_that_leaves_pictures_without_effect(tmp_path, pictures):
    contract = write_contract(tmp_path / "wrong.toml", 0, 255 * 100)
    first, *_ = findings(case_of(tmp_path, colour_network(), *pictures, contract=contract))
    assert (first.kind, first.where) == ("wrong normalisation", "contract")
    assert "25500" in first.measured


def test_a_mean_that_is_not_the_one_recorded_with_the_network(tmp_path, pictures):
    from zoo.contract import Contract

    right = Contract.from_toml(write_contract(tmp_path / "right.toml"))
    network = replace(colour_network(), metadata={"zoo.contract": right.to_json()})
    wrong = write_contract(tmp_path / "wrong.toml", mean=0)
    first, *_ = findings(case_of(tmp_path, network, *pictures, contract=wrong))
    assert first.kind == "wrong normalisation"
    assert "mean = [127.5, 127.5, 127.5]" in first.remedy
