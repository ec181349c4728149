"""The whole way from a crop to a metric, by networks whose answer is known."""

from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from place_contract import of_places

from recipes.shelf.crops import read_crops
from recipes.shelf.landmark_evaluation import evaluate, pictures
from zoo import registry
from zoo.contract import Contract
from zoo.data.regions import landmark_box
from zoo.errors import RecipeError
from zoo.recipe import Recipe
from zoo.steps.crop import rectangle_around
from zoo.steps.head_pose import head_angles

MakeFaces = Callable[..., Path]


class Knowing:
    """Answers with the labels of a data set, moved to the right by some pixels of the crop."""

    def __init__(self, folder: Path, shift_px: float = 0) -> None:
        self.faces = iter(read_crops(folder, 68).landmarks)
        self.shift = np.array([shift_px, 0])

    def __call__(self, feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        assert feeds["image"].shape == (1, 3, 112, 112)
        face = next(self.faces)
        region = rectangle_around(landmark_box(face), 1.2)
        start = np.array([region.x0_q8, region.y0_q8])
        answer = ((face + self.shift + 0.5) * 256 - start) / region.width_q8
        return {"landmarks": answer.reshape(1, -1)}


@pytest.fixture
def pfld() -> Recipe:
    recipe: Recipe = registry.load("recipe", "pfld_0.25x.300w68")
    return replace(recipe, contract=of_places(recipe.contract))


def test_a_network_that_knows_the_labels(make_faces: MakeFaces, pfld: Recipe) -> None:
    folder = make_faces(5)
    result = evaluate(pfld, Knowing(folder), folder)
    assert (result.data, result.count) == ("made68/train", 5)
    assert result.metrics["nme_interocular_percent"] < 1e-3
    assert result.metrics["auc_0.1_percent"] == pytest.approx(100, abs=1e-2)


def test_a_pose_output_is_compared_with_the_labels_pose(make_faces: MakeFaces) -> None:
    folder = make_faces(5)
    recipe: Recipe = registry.load("recipe", "pfld_0.25x.300w68+pose")
    recipe = replace(recipe, contract=of_places(recipe.contract))
    head_pose = recipe.contract.step("head_pose").parameters
    points = read_crops(folder, 68).landmarks[:, list(head_pose["points"])]
    angles = iter(head_angles(points.astype(np.float64), np.array(head_pose["face"])))
    knowing, off_deg = Knowing(folder), np.array([1.0, -2.0, 6.0])

    def run(feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {**knowing(feeds), "pose": (next(angles) + off_deg)[np.newaxis]}

    metrics = evaluate(recipe, run, folder).metrics
    assert metrics["pose_mean_abs_error_deg"] == pytest.approx(3, abs=1e-4)
    assert metrics["nme_interocular_percent"] < 1e-3


def test_an_error_in_pixels_becomes_the_right_nme(make_faces: MakeFaces, pfld: Recipe) -> None:
    folder = make_faces(5)
    landmarks = read_crops(folder, 68).landmarks
    distance = np.linalg.norm(landmarks[:, 36] - landmarks[:, 45], axis=1)
    result = evaluate(pfld, Knowing(folder, shift_px=3), folder)
    expected = 100 * float((3 / distance).mean())
    assert result.metrics["nme_interocular_percent"] == pytest.approx(expected, rel=1e-4)


def test_a_contract_without_landmarks(make_faces: MakeFaces, pfld: Recipe) -> None:
    mute = replace(pfld, contract=replace(pfld.contract, post=()))
    folder = make_faces(1)
    with pytest.raises(RecipeError, match=r"no step after the network gives landmarks .*'heatmap'"):
        evaluate(mute, Knowing(folder), folder)


def test_pictures_have_the_boxes_of_their_labels(make_faces: MakeFaces, pfld: Recipe) -> None:
    folder = make_faces(3)
    crops = read_crops(folder, 68)
    found = pictures(pfld, folder)
    assert [picture.path for picture in found] == list(crops.paths)
    x, y, width, height = found[1].box
    low, high = crops.landmarks[1].min(axis=0), crops.landmarks[1].max(axis=0)
    assert (x, y) == pytest.approx(tuple(low + 0.5))
    assert (width, height) == pytest.approx(tuple(high - low))


def test_other_folders_have_no_labels(tmp_path: Path, pfld: Recipe) -> None:
    assert pictures(pfld, tmp_path) == ()


@pytest.mark.data
def test_a_peer_has_its_known_accuracy(data: Path, pfld: Recipe) -> None:
    peer = "ghostone_PFLD_GhostOne98_112"
    toml = Path(str(files("recipes") / "peers" / f"{peer}.toml"))
    other = replace(pfld, name=peer, contract=Contract.from_toml(toml))
    run = registry.load("executor", "onnxruntime").load(data / "peers", f"{peer}.onnx", 1)
    result = evaluate(other, run, data / "landmarks98" / "test")
    assert result.count == 194
    assert result.metrics["nme_interocular_percent"] == pytest.approx(5.634, abs=5e-4)
