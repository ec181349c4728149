"""What a certificate says about how the networks were quantized."""

import json

from zoo.build.stages.verify import recorded_calibration


def result(folder, facts):
    folder.mkdir()
    (folder / "calibration.json").write_text(json.dumps(facts))
    return folder


def test_the_detectors_calibration_is_recorded_too(tmp_path):
    own = result(tmp_path / "own", {"calibrator": "mse"})
    detector = result(tmp_path / "detector", {"calibrator": "minmax"})
    nothing = result(tmp_path / "nothing", {})
    assert recorded_calibration({"quantize": own}) == {"calibrator": "mse"}
    assert recorded_calibration({"quantize": own, "detector quantize": detector}) == {
        "calibrator": "mse",
        "detector": {"calibrator": "minmax"},
    }
    both = {"quantize": nothing, "detector quantize": nothing}
    assert recorded_calibration(both) == {}
