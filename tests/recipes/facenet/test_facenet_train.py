"""Training on drawn faces: whole, interrupted, as an integer network, and with bad input."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")

from safetensors.torch import load_file  # noqa: E402

from recipes.facenet.checkpoint import build_net  # noqa: E402
from recipes.facenet.evaluation import evaluate  # noqa: E402
from recipes.facenet.export import export  # noqa: E402
from recipes.facenet.fit import Schedule  # noqa: E402
from recipes.facenet.task import ClassifierTask  # noqa: E402
from recipes.facenet.train import train  # noqa: E402
from recipes.facenet.variants import VARIANTS  # noqa: E402
from zoo import registry  # noqa: E402
from zoo.build.cache import Cache  # noqa: E402
from zoo.build.pipeline import STAGES, build  # noqa: E402
from zoo.build.plan import make_plan  # noqa: E402
from zoo.build.wish import Wish  # noqa: E402
from zoo.errors import RecipeError  # noqa: E402
from zoo.plugs import Feeds  # noqa: E402
from zoo.training import TrainOptions  # noqa: E402

# Lightning 2.6 with torch 2.13; none of them is ours to mend.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*LeafSpec.*:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*does not have many workers.*:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*exists and is not empty.*:UserWarning"),
]

MODEL = "facenet_v6.wider"


def options(data: Path, out: Path, **changed: str) -> TrainOptions:
    words = {"epochs": "3", "crops": "8", "batch_size": "4", "held_out_crops": "4"}
    words |= {"validation_fraction": "0.25", **changed}
    return TrainOptions((data,), out, 0, "cpu", settings=words)


def test_an_interrupted_training_ends_with_the_same_weights(
    face_photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = registry.load("recipe", MODEL)
    whole = train(recipe, options(face_photos, tmp_path / "whole"))

    def break_off(task: ClassifierTask) -> None:
        if task.current_epoch == 1:
            raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(ClassifierTask, "on_train_epoch_start", break_off, raising=False)
        with pytest.raises(RuntimeError, match="power cut"):
            train(recipe, options(face_photos, tmp_path / "resumed"))
    resumed = train(recipe, options(face_photos, tmp_path / "resumed"))
    assert resumed.read_bytes() == whole.read_bytes()
    record = json.loads((tmp_path / "resumed" / "training.json").read_text())
    assert record["data"] == [{"name": "photos/train", "pictures": 8}]
    assert record["held_out_photos"] == 2
    assert 1 <= record["best_epoch"] <= 3


def test_the_weights_are_those_of_the_best_epoch(
    face_photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = registry.load("recipe", MODEL)
    seen: list[dict[str, torch.Tensor]] = []
    accuracies = iter([50.0, 50.0, 75.0, 60.0])  # Lightning validates once before it starts

    def scripted(contract: object, run: object, crops: object) -> dict[str, float]:  # noqa: ARG001
        return {"accuracy_percent": next(accuracies)}

    def remember(task: ClassifierTask) -> None:
        seen.append({name: value.clone() for name, value in task.net.state_dict().items()})

    monkeypatch.setattr("recipes.facenet.task.accuracy_of", scripted)
    monkeypatch.setattr(ClassifierTask, "on_train_epoch_end", remember, raising=False)
    weights = load_file(train(recipe, options(face_photos, tmp_path / "out")))
    record = json.loads((tmp_path / "out" / "training.json").read_text())
    assert record["best_epoch"] == 2
    for name, value in weights.items():
        torch.testing.assert_close(value, seen[1][name], rtol=0, atol=0)


def test_the_integer_network_is_trained_by_the_recipe(
    face_photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = Schedule(epochs=1, crops=4, batch_size=2, held_out_crops=4, validation_fraction=0.25)
    monkeypatch.setattr("recipes.facenet.fit.Schedule", lambda: short)
    monkeypatch.setattr("recipes.facenet.evaluation.CROPS", 20)
    recipe = registry.load("recipe", MODEL)
    float_hub = tmp_path / "float.onnx"
    float_hub.write_bytes(export(recipe, train(recipe, options(face_photos, tmp_path / "out"))))

    words = {"calibration": face_photos, "seed": 1, "quantization_bound": 9.0}
    plan = make_plan(Wish(MODEL, "x86", "qat", hub=float_hub, **words))
    stages = tuple(stage for stage in STAGES if stage.name in ("hub", "quantize"))
    hub = build(plan, Cache(tmp_path / "cache"), stages=stages)["quantize"] / "hub.onnx"
    found = registry.load("format", "onnx").read(hub.read_bytes(), str(hub))
    assert found.metadata["zoo.training"] == "recipe"
    assert found.is_quantized


def test_accuracy_counts_both_classes(face_photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recipes.facenet.evaluation.CROPS", 20)
    recipe = registry.load("recipe", MODEL)

    def all_faces(feeds: Feeds) -> dict[str, np.ndarray]:
        return {"logits": np.tile(np.float32([[0, 1]]), (len(feeds["image"]), 1))}

    found = evaluate(recipe, all_faces, face_photos)
    assert found.count == 20
    assert found.metrics == {
        "accuracy_percent": 50,
        "faces_found_percent": 100,
        "others_right_percent": 0,
    }


def test_random_weights_depend_on_the_seed_only() -> None:
    variant = VARIANTS[MODEL]
    first, same, other = (build_net(variant, seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert not torch.equal(first["convolutions.0.weight"], other["convolutions.0.weight"])


def test_data_without_boxes_is_refused(face_photos: Path, tmp_path: Path) -> None:
    recipe = registry.load("recipe", MODEL)
    refused = TrainOptions((face_photos,), tmp_path / "out", teachers=(Path("yunet.onnx"),))
    with pytest.raises(RecipeError, match="learns from labels only"):
        train(recipe, refused)
