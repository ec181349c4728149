"""Recipes of face detectors: contract, hub and evaluation."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from PIL import Image

from recipes.facedet.recipe import recipe
from recipes.facedet.variants import VARIANTS, Variant
from recipes.shelf.boxed_photos import boxed_photo
from recipes.shelf.detection_evaluation import detections_of, evaluate
from zoo import registry
from zoo.data.processing import postprocess, preprocess
from zoo.detections import Limits
from zoo.picture import read_picture

SMALL = recipe(VARIANTS["facedet_160.wider"])


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """One photo of 200x100 with a labelled face of 40x40 at (60, 20)."""
    folder = tmp_path / "drawn" / "val"
    (folder / "images").mkdir(parents=True)
    Image.new("RGB", (200, 100), "gray").save(folder / "images" / "a.png")
    (folder / "annotations.csv").write_text("file,x,y,w,h\na.png,60,20,40,40\n")
    return folder


def saying(row: int, column: int, *values: float) -> Callable[..., dict[str, np.ndarray]]:
    """A network that finds one face, at a cell of stride 16."""
    outputs = {t.name: np.zeros((1, *t.shape), np.float32) for t in SMALL.contract.outputs}
    for maps in outputs.values():
        maps[:, 0] = -10
    outputs["faces_16"][0, :, row, column] = values
    return lambda _: outputs


def test_every_variant_is_registered() -> None:
    assert set(VARIANTS) <= set(registry.names("recipe"))
    assert registry.load("recipe", "facedet").name == "facedet_320.wider"


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda v: v.name)
def test_golden_pictures_go_whole_through_the_contract(variant: Variant) -> None:
    made = recipe(variant)
    for golden in made.golden:
        photo = read_picture(golden.image)
        assert golden.box == (0, 0, photo.shape[1], photo.shape[0])
        frame = preprocess(made.contract, photo, golden.box)
        assert frame.input_chw is not None
        assert frame.input_chw.shape == (3, variant.size, variant.size)


def test_weights_are_for_research_only() -> None:
    weights, *_ = SMALL.licences
    assert not weights.commercial
    assert weights.file.read_text().startswith("Weights of facedet_*.wider: for research only")


def test_a_found_face_is_in_the_photos_pixels(photos: Path) -> None:
    """The photo is 200 wide in 160 pixels, from 50 above its upper edge."""
    labelled = boxed_photo(photos / "images" / "a.png", [((60, 20, 40, 40), True)])
    run = saying(4, 4, 2.0, 1.5, 1.0, 0.5, 1.0)  # centre (72, 72)
    (found,) = detections_of(SMALL.contract, run, [labelled])
    assert found.boxes[0].tolist() == [60, 20, 100, 60]
    assert found.scores[0] == pytest.approx(1 / (1 + np.exp(-2)))


def test_an_app_finds_the_face_by_the_contract(photos: Path) -> None:
    frame = preprocess(SMALL.contract, read_picture(photos / "images" / "a.png"))
    outputs = saying(4, 4, 2.0, 1.5, 1.0, 0.5, 1.0)({})
    values = postprocess(SMALL.contract, outputs, frame)
    assert values["boxes"].tolist() == [[60, 20, 40, 40]]
    assert values["labels"].tolist() == ["face"]
    assert values["scores"][0] == pytest.approx(1 / (1 + np.exp(-2)))
    assert set(values) == {"boxes", "scores", "classes", "labels"}
    limits, given = Limits(), SMALL.contract.step("nms").parameters
    assert given == {
        "iou_percent": limits.iou_percent,
        "limit": limits.faces,
        "candidates": limits.candidates,
    }


def test_evaluation(photos: Path) -> None:
    found = evaluate(SMALL, saying(4, 4, 2.0, 1.5, 1.0, 0.5, 1.0), photos)
    assert (found.data, found.count) == ("drawn/val", 1)
    assert found.metrics == {
        name.format(px): 100
        for px in (16, 32)
        for name in ("ap_{}px_percent", "recall_0.1fp_{}px_percent")
    }
    missed = evaluate(SMALL, saying(0, 0, 2.0, 1.5, 1.0, 0.5, 1.0), photos)
    assert set(missed.metrics.values()) == {0}


def test_the_hub_computes_what_torch_does() -> None:
    torch = pytest.importorskip("torch")
    from recipes.facedet.checkpoint import build_net
    from recipes.facedet.export import export

    hub = export(SMALL, None)
    session = onnxruntime.InferenceSession(hub, providers=["CPUExecutionProvider"])
    image = np.random.default_rng(0).uniform(-1, 1, (2, 3, 160, 160)).astype(np.float32)
    with torch.inference_mode():
        expected = build_net().eval()(torch.from_numpy(image))
    names = [tensor.name for tensor in SMALL.contract.outputs]
    for wanted, got in zip(expected, session.run(names, {"image": image}), strict=True):
        np.testing.assert_allclose(got, wanted.numpy(), rtol=1e-4, atol=1e-4)
    kinds = {node.op_type for node in onnx.load_from_string(hub).graph.node}
    assert kinds == {"Conv", "Relu", "Add", "Resize"}


def test_weights_come_back(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from recipes.facedet.checkpoint import build_net, restore
    from recipes.shelf.checkpoint import save_state

    net = build_net(seed=5).eval()
    save_state(net.state_dict(), tmp_path / "w.safetensors")
    image = np.random.default_rng(0).uniform(-1, 1, (1, 3, 160, 160)).astype(np.float32)
    found = restore(SMALL, tmp_path / "w.safetensors")({"image": image})
    with torch.inference_mode():
        for wanted, got in zip(net(torch.from_numpy(image)), found.values(), strict=True):
            np.testing.assert_array_equal(got, wanted.numpy())
