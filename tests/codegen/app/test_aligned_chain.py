"""The program of a chain whose network sees its objects turned."""

from math import atan2, pi

import numpy as np
import pytest
from aligned_case import ALIGNED, ANGLE, CONTRACT_OF_DETECTOR, write_detector
from chain_case import RULE, spots
from made_once import made_once
from spot_app import App, network, save, write_sources

from codegen.apps.pc import CPP_ONNXRUNTIME as APP
from codegen.cmake_build import cmake_build
from zoo import registry
from zoo.data.processing import postprocess, preprocess, whole
from zoo.data.regions import landmark_box, places_of, regions_of

CHECKED = (
    "-DCMAKE_BUILD_TYPE=Debug",
    "-DCMAKE_CXX_FLAGS=-Werror -fsanitize=address,undefined -fno-sanitize-recover=all",
)
PHOTO = spots((40, 30), (120, 90))


@pytest.fixture(scope="session")
def folder(cpp_tools, tmp_path_factory):  # noqa: ARG001 (skips without them)
    def make(folder):
        cmake_build(write_sources(ALIGNED, folder / "src"), folder / "build", CHECKED)
        network(folder / "model.onnx")
        write_detector(folder / "spots.onnx")

    return made_once(tmp_path_factory, "aligned_chain_app", make)


@pytest.fixture(scope="session")
def app(folder):
    return App(folder / "build" / "app", folder / "model.onnx", APP.libraries()[0].file)


def look(folder, contract, name, box, points=()):
    """Return the frame and the values of a network for a part of the photo."""
    run = registry.load("executor", "onnxruntime").load(folder, name)
    frame = preprocess(contract, PHOTO, box, points)
    outputs = run({"image": frame.input_chw[None]})
    return frame, postprocess(contract, {n: v[0] for n, v in outputs.items()}, frame)


def test_key_points_turn_the_first_look_and_landmarks_the_second(app, folder, tmp_path):
    photo = save(tmp_path / "a.png", PHOTO)
    words = ("--detector", folder / "spots.onnx", "--source", photo)
    lines = app.run(*words).lines
    _, found = look(folder, CONTRACT_OF_DETECTOR, "spots.onnx", whole(PHOTO))
    regions = [*regions_of(found["boxes"], RULE)]
    assert len(lines) == len(regions) == 2
    for line, (row, box) in zip(lines, regions, strict=True):
        contract, points = ALIGNED.contract, places_of(found["keypoints"][row])
        frame, first = look(folder, contract, "model.onnx", box, points)
        assert abs(frame.turned_region.across_y_q8) > 0.3 * frame.turned_region.across_x_q8
        again = landmark_box(first["landmarks"])
        _, second = look(folder, contract, "model.onnx", again, places_of(first["landmarks"]))
        np.testing.assert_allclose(line["box"], again, rtol=1e-6)
        np.testing.assert_allclose(line["landmarks"], second["landmarks"], rtol=1e-6)


def test_a_tracked_object_stays_turned(app, folder, tmp_path):
    """Without its landmarks as points, the network would see it upright in the second photo."""
    raw = tmp_path / "frames.rgb"
    raw.write_bytes(PHOTO.tobytes() * 3)
    words = ("--detector", folder / "spots.onnx", "--source", f"raw:160x120:{raw}", "--track")
    lines = app.run(*words).lines
    assert [line["frame"] for line in lines] == [0, 0, 1, 1, 2, 2]
    for line in lines:
        x, y = np.subtract(line["landmarks"][-1], line["landmarks"][-2])
        assert atan2(y, x) - pi / 4 == pytest.approx(ANGLE, abs=0.02)
