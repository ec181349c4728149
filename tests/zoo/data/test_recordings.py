"""Calibration signals of a folder."""

import numpy as np
import pytest
from waves import pcm16, wave

from zoo.contract import Contract, SignalSpec, Step, TensorSpec
from zoo.data.pictures import calibration_pictures
from zoo.data.processing import preprocess_batch
from zoo.errors import DataError
from zoo.recipe import Recipe

SOUND = Contract(
    TensorSpec("x", (1, 4)),
    (TensorSpec("score", (1,)),),
    (Step("segment", {"length": 4}), Step("waveform")),
    signal=SignalSpec(16000),
)
RECIPE = Recipe("net", "user", "", SOUND)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "inner").mkdir()
    for index, name in enumerate(("b.wav", "a.WAV", "inner/c.wav")):
        (tmp_path / name).write_bytes(wave(pcm16([index / 4, 0, 0])))
    (tmp_path / "photo.png").touch()
    return tmp_path


def test_the_folders_signals_by_name(folder):
    found = calibration_pictures(RECIPE, folder, 10)
    assert [item.path.name for item in found] == ["a.WAV", "b.wav", "c.wav"]
    _, inputs = preprocess_batch(SOUND, ((item.read(), item.box) for item in found))
    np.testing.assert_array_equal(inputs[:, 0, 0], [0.25, 0, 0.5])


def test_what_the_contract_does_not_take_is_left_out(folder, caplog):
    (folder / "slow.wav").write_bytes(wave(pcm16([0]), rate_hz=8000))
    assert len(calibration_pictures(RECIPE, folder, 10)) == 3
    assert "slow.wav: cannot be read as a signal (it has 8000 samples per second" in caplog.text


def test_a_folder_of_pictures_is_refused(tmp_path):
    (tmp_path / "photo.png").touch()
    with pytest.raises(DataError, match=r"holds no signal \(\.wav\)"):
        calibration_pictures(RECIPE, tmp_path, 10)
