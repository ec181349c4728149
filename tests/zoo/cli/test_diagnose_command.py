"""zoo diagnose: what a user sees."""

import json

import pytest
from diagnosed import colour_network, write_contract, write_pictures

from compilers.hub import HUB
from zoo.errors import RefusedError, UsageError


@pytest.fixture
def words(tmp_path):
    """Return the options of a network of the user's."""
    (tmp_path / "mine.onnx").write_bytes(HUB.write(colour_network()))
    write_contract(tmp_path / "mine.toml")
    return ("mine.onnx", "--contract", "mine.toml", "--target", "x86")


def test_pictures_without_labels_are_enough(zoo, words, tmp_path):
    write_pictures(tmp_path / "photos", 60)
    printed = zoo("diagnose", *words, "--images", "photos", "--count", 8).stdout
    lines = printed.splitlines()
    assert lines[0] == (
        "mine for x86, ptq to w8a8-asym, on 8 of 12 pictures held out from calibration"
    )
    assert lines[1].startswith("loss 0.0")
    assert "values of stem_conv" in printed
    assert "signal to noise, dB" in printed


def test_remedies_are_tried(zoo, words, tmp_path):
    write_pictures(tmp_path / "photos", 60)
    options = ("--calib", "photos", "--calibrator", "minmax", "--count", 8, "--try", "--json")
    tried = json.loads(zoo("diagnose", *words, *options).stdout)["tried"]
    losses = {trial["how"]: trial["loss"] for trial in tried}
    assert losses["as diagnosed"] > losses["--scheme w8a16-asym"]
    assert {"--calibrator auto", "--calibrator mse", "--calibrator percentile"} <= losses.keys()
    assert any(how.startswith("16 bits for the values of ") for how in losses)
    assert [trial["loss"] for trial in tried] == sorted(losses.values())


def test_what_a_board_refuses_is_said(zoo, words, tmp_path):
    write_pictures(tmp_path / "photos", 60)
    options = ("--target", "kv260", "--calib", "photos", "--count", 8, "--try", "--json")
    tried = json.loads(zoo("diagnose", *words, *options).stdout)["tried"]
    refused = [trial for trial in tried if trial["loss"] is None]
    assert refused
    assert all(trial["why"] for trial in refused)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (("--images", "none"), UsageError, "none: no such folder"),
        (("--quant", "none", "--images", "photos"), RefusedError, "none quantizes nothing"),
        ((), UsageError, "--calib DIR"),
    ],
)
def test_wrong_options_say_what_is_right(zoo, words, tmp_path, options, error, message):
    write_pictures(tmp_path / "photos", 3)
    found = zoo("diagnose", *words, *options).exception
    assert isinstance(found, error)
    assert message in str(found)


@pytest.mark.parametrize(
    "options",
    [
        ("--images", "one"),
        ("--calib", "one"),
        ("--calib", "one", "--images", "photos"),
        ("--calib", "photos", "--images", "one"),
        ("--calib", "photos", "--calib-count", 1, "--images", "photos"),
    ],
)
def test_a_diagnosis_needs_pictures_that_can_differ(zoo, words, tmp_path, options):
    write_pictures(tmp_path / "one", 1)
    write_pictures(tmp_path / "photos", 3)
    found = zoo("diagnose", *words, *options).exception
    assert isinstance(found, UsageError)
    assert "1 picture; a diagnosis compares pictures with each other: give at least 2" in str(found)


def test_two_pictures_are_enough(zoo, words, tmp_path):
    write_pictures(tmp_path / "photos", 2)
    lost = json.loads(zoo("diagnose", *words, "--images", "photos", "--json").stdout)["loss"]
    assert 0 < lost < 1


def test_a_published_network_needs_pictures_too(zoo):
    found = zoo("diagnose", "pfld_0.25x.300w68", "--target", "x86").exception
    assert isinstance(found, UsageError)
    assert "--images DIR" in str(found)


def test_trying_needs_pictures_for_calibration(zoo, tmp_path):
    write_pictures(tmp_path / "photos", 4)
    options = ("--images", "photos", "--try")
    found = zoo("diagnose", "pfld_0.25x.300w68", "--target", "x86", *options).exception
    assert isinstance(found, UsageError)
    assert "--calib DIR" in str(found)
