"""What is published belongs together: weights, hub, figures, card."""

import json

import numpy as np
import pytest

from recipes.pfld.card import render_card
from recipes.pfld.recipe import WEIGHTS, recipe
from recipes.pfld.variants import DEFAULT, VARIANTS, Variant
from recipes.shelf.layouts import layout_of
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
PUBLISHED = [variant for variant in VARIANTS.values() if recipe(variant).hubs]
WITH_WEIGHTS = [v for v in PUBLISHED if (WEIGHTS / f"{v.name}.safetensors").is_file()]
"""A gray variant needs none: training starts from its RGB variant's."""


def test_the_default_is_published() -> None:
    assert DEFAULT in PUBLISHED


@pytest.mark.parametrize("variant", PUBLISHED, ids=lambda variant: variant.name)
def test_card_and_figures_agree(variant: Variant) -> None:
    made = recipe(variant)
    assert made.card is not None
    assert made.metrics is not None
    measured = json.loads(made.metrics.read_text())
    assert set(measured) == set(made.hubs)
    card = made.card.read_text()
    results = {quant: Evaluation(**result) for quant, result in measured.items()}
    training = json.loads((WEIGHTS / f"{variant.name}.training.json").read_text())
    assert render_card(variant, results, training, parameters(recipe(variant))) == card
    assert f"| nme interocular, % | {measured['none']['metrics'][NME]:.2f} |" in card


@pytest.mark.parametrize("variant", PUBLISHED, ids=lambda variant: variant.name)
def test_quantization_costs_little(variant: Variant) -> None:
    measured = json.loads((WEIGHTS / f"{variant.name}.json").read_text())
    errors = {hub: result["metrics"][NME] for hub, result in measured.items()}
    for hub, error in errors.items():
        quant, _, scheme = hub.partition(".")
        assert error - errors["none"] <= LOSS_ALLOWED.get((quant, scheme), 0), hub


@pytest.mark.parametrize("variant", PUBLISHED, ids=lambda variant: variant.name)
@pytest.mark.parametrize("golden", recipe(DEFAULT).golden, ids=lambda golden: golden.name)
def test_landmarks_of_the_golden_faces_are_where_the_face_is(
    golden: GoldenInput, variant: Variant
) -> None:
    made, layout = recipe(variant), layout_of(variant.points)
    hub = made.hubs["none"]
    run = registry.load("executor", "onnxruntime").load(hub.parent, hub.name, 1)
    frame = preprocess(made.contract, read_picture(golden.image), golden.box)
    assert frame.input_chw is not None
    outputs = run({"image": frame.input_chw[np.newaxis]})
    values = postprocess(made.contract, {n: array[0] for n, array in outputs.items()}, frame)
    found = (values["landmarks"] + 0.5 - golden.box[:2]) / golden.box[2:]
    # In fractions of the box, measured on the picture: pupils, tip of the nose, chin.
    left_eye, right_eye = layout.eyes
    chin = 8 if variant.points == 68 else 16
    for points, place in (
        (left_eye, (0.22, 0.13)),
        (right_eye, (0.72, 0.15)),
        ([layout.nose_tip], (0.49, 0.42)),
        ([chin], (0.47, 1.0)),
    ):
        np.testing.assert_allclose(found[list(points)].mean(axis=0), place, atol=0.08)


@pytest.mark.parametrize("variant", WITH_WEIGHTS, ids=lambda variant: variant.name)
def test_hub_and_weights_are_one_network(variant: Variant) -> None:
    torch = pytest.importorskip("torch")
    from recipes.pfld.checkpoint import load_net

    made = recipe(variant)
    hub = made.hubs["none"]
    run = registry.load("executor", "onnxruntime-unoptimized").load(hub.parent, hub.name, 1)
    image = np.random.default_rng(0).uniform(-1, 1, (1, 3, 112, 112)).astype(np.float32)
    net = load_net(variant, WEIGHTS / f"{variant.name}.safetensors").eval()
    with torch.no_grad():
        expected = net(torch.from_numpy(image))[0].numpy()
    np.testing.assert_allclose(run({"image": image})["landmarks"], expected, atol=1e-4)


@pytest.mark.data
@pytest.mark.parametrize("variant", PUBLISHED, ids=lambda variant: variant.name)
def test_the_published_figures_come_out_again(data, variant: Variant) -> None:
    published = json.loads((WEIGHTS / f"{variant.name}.json").read_text())
    measured = measure(recipe(variant), data / f"landmarks{variant.points}" / "test")
    for quant, result in published.items():
        assert measured[quant].count == result["count"]
        assert measured[quant].metrics == pytest.approx(result["metrics"], abs=5e-3)
