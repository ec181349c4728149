"""What is published belongs together: weights, hub, figures, card."""

import json
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from recipes.shelf.landmark_evaluation import landmark_count
from recipes.shelf.layouts import layout_of
from recipes.shelf.portraits import portraits
from recipes.shelf.publishing import measure, parameters
from zoo import registry
from zoo.data.evaluation import Evaluation
from zoo.data.processing import postprocess, preprocess
from zoo.picture import read_picture
from zoo.recipe import GoldenInput

NME = "nme_interocular_percent"
LOSS_ALLOWED = {
    ("ptq", "w8a8-asym"): 0.15,
    ("ptq", "w8a8-sym"): 0.25,
    ("ptq", "dpu-pow2"): 0.40,
    ("qat", "w8a8-asym"): 0.05,
    ("qat", "w8a8-sym"): 0.05,
    ("qat", "dpu-pow2"): 0.10,
}
"""Points of the NME."""
FAMILIES = ("dan", "hrnet", "pfld")
PUBLISHED = [
    (family, name)
    for family in FAMILIES
    for name in import_module(f"recipes.{family}.variants").VARIANTS
    if registry.load("recipe", name).hubs
]
NAMES = [name for _, name in PUBLISHED]


def of(family: str, module: str) -> Any:
    return import_module(f"recipes.{family}.{module}")


def test_the_default_is_published() -> None:
    assert registry.load("recipe", "pfld").name in NAMES


@pytest.mark.parametrize(("family", "name"), PUBLISHED, ids=NAMES)
def test_card_and_figures_agree(family: str, name: str) -> None:
    made, variant = registry.load("recipe", name), of(family, "variants").VARIANTS[name]
    assert made.card is not None
    assert made.metrics is not None
    measured = json.loads(made.metrics.read_text())
    assert set(measured) == set(made.hubs)
    card = made.card.read_text()
    results = {quant: Evaluation(**result) for quant, result in measured.items()}
    training = json.loads((made.card.parent / f"{name}.training.json").read_text())
    render_card = of(family, "card").render_card
    assert render_card(variant, results, training, parameters(made)) == card
    assert f"| nme interocular, % | {measured['none']['metrics'][NME]:.2f} |" in card


@pytest.mark.parametrize("name", NAMES)
def test_quantization_costs_little(name: str) -> None:
    measured = json.loads(registry.load("recipe", name).metrics.read_text())
    errors = {hub: result["metrics"][NME] for hub, result in measured.items()}
    for hub, error in errors.items():
        quant, _, scheme = hub.partition(".")
        assert error - errors["none"] <= LOSS_ALLOWED.get((quant, scheme), 0), hub


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("golden", portraits(), ids=lambda golden: golden.name)
def test_landmarks_of_the_golden_faces_are_where_the_face_is(
    golden: GoldenInput, name: str
) -> None:
    made = registry.load("recipe", name)
    layout = layout_of(landmark_count(made.contract))
    hub = made.hubs["none"]
    run = registry.load("executor", "onnxruntime").load(hub.parent, hub.name, 1)
    frame = preprocess(made.contract, read_picture(golden.image), golden.box)
    assert frame.input_chw is not None
    outputs = run({"image": frame.input_chw[np.newaxis]})
    values = postprocess(made.contract, {n: array[0] for n, array in outputs.items()}, frame)
    found = (values["landmarks"] + 0.5 - golden.box[:2]) / golden.box[2:]
    # In fractions of the box, measured on the picture: pupils, tip of the nose, chin.
    left_eye, right_eye = layout.eyes
    chin = 8 if layout.points == 68 else 16
    for points, place in (
        (left_eye, (0.22, 0.13)),
        (right_eye, (0.72, 0.15)),
        ([layout.nose_tip], (0.49, 0.42)),
        ([chin], (0.47, 1.0)),
    ):
        np.testing.assert_allclose(found[list(points)].mean(axis=0), place, atol=0.08)


@pytest.mark.parametrize(("family", "name"), PUBLISHED, ids=NAMES)
def test_hub_and_weights_are_one_network(family: str, name: str) -> None:
    torch = pytest.importorskip("torch")
    made = registry.load("recipe", name)
    hub = made.hubs["none"]
    weights = hub.parent / f"{name}.safetensors"
    if not weights.is_file():
        pytest.skip(f"the weights of {name} are only published as hubs")
    run = registry.load("executor", "onnxruntime-unoptimized").load(hub.parent, hub.name, 1)
    shape = (1, *made.contract.input.shape)
    image = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
    net = of(family, "checkpoint").load_net(of(family, "variants").VARIANTS[name], weights).eval()
    with torch.no_grad():
        expected = net(torch.from_numpy(image))[0].numpy()
    np.testing.assert_allclose(run({"image": image})["landmarks"], expected, atol=1e-4)


@pytest.mark.data
@pytest.mark.parametrize("name", NAMES)
def test_the_published_figures_come_out_again(data, name: str) -> None:
    made = registry.load("recipe", name)
    published = json.loads(made.metrics.read_text())
    points = landmark_count(made.contract)
    measured = measure(made, data / f"landmarks{points}" / "test")
    for quant, result in published.items():
        assert measured[quant].count == result["count"]
        assert measured[quant].metrics == pytest.approx(result["metrics"], abs=5e-3)
