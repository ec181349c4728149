"""What is published belongs together: weights, hubs, figures, cards."""

import json

import numpy as np
import pytest

from recipes.facedet.card import render_card
from recipes.facedet.recipe import WEIGHTS, recipe
from recipes.facedet.variants import DEFAULT, VARIANTS, Variant
from recipes.shelf.portraits import portraits
from recipes.shelf.publishing import measure, parameters
from zoo import registry
from zoo.data.evaluation import Evaluation
from zoo.data.processing import postprocess, preprocess, whole
from zoo.picture import read_picture

AP = "ap_16px_percent"
SCHEMES = ("w8a8-asym", "w8a8-sym", "dpu-pow2")
ON_K210 = "facedet_224.wider"
POINTS_ALLOWED = {"none": 0, "ptq": 2, "qat": 1}
each = pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda variant: variant.name)


def figures(variant: Variant) -> dict[str, Evaluation]:
    read = json.loads((WEIGHTS / f"{variant.name}.json").read_text("utf-8"))
    return {quant: Evaluation(**result) for quant, result in read.items()}


@each
def test_card_and_figures_agree(variant: Variant) -> None:
    made = recipe(variant)
    assert made.card is not None
    assert set(figures(variant)) == set(made.hubs)
    training = json.loads((WEIGHTS / f"{DEFAULT.name}.training.json").read_text("utf-8"))
    card = render_card(variant, figures(variant), training, parameters(made))
    assert card == made.card.read_text("utf-8")


@each
def test_eight_bits_lose_little_in_every_scheme(variant: Variant) -> None:
    precision = {quant: result.metrics[AP] for quant, result in figures(variant).items()}
    quants = ("ptq", "qat") if variant == DEFAULT else ("ptq",)
    others = {"ptq.kpu-u8"} if variant.name == ON_K210 else set()
    everywhere = {f"{q}.{scheme}" for q in quants for scheme in SCHEMES}
    assert set(precision) == {"none", *everywhere, *others}
    for name, found in precision.items():
        assert precision["none"] - found <= POINTS_ALLOWED[name.partition(".")[0]], name


@each
def test_the_best_box_of_a_portrait_is_its_face(variant: Variant) -> None:
    made = recipe(variant)
    hub = made.hubs["none"]
    run = registry.load("executor", "onnxruntime").load(hub.parent, hub.name)
    golden = portraits()[0]
    photo = read_picture(golden.image)
    frame = preprocess(made.contract, photo, whole(photo))
    assert frame.input_chw is not None
    outputs = run({"image": frame.input_chw[np.newaxis]})
    values = postprocess(made.contract, {name: out[0] for name, out in outputs.items()}, frame)
    np.testing.assert_allclose(values["boxes"][0], golden.box, atol=0.45 * golden.box[2])
    assert values["scores"][0] > 0.7


@each
def test_hub_and_weights_are_one_network(variant: Variant) -> None:
    torch = pytest.importorskip("torch")
    from recipes.facedet.checkpoint import restore

    made = recipe(variant)
    hub = made.hubs["none"]
    image = np.random.default_rng(0).uniform(-1, 1, (1, 3, variant.size, variant.size))
    feeds = {"image": image.astype(np.float32)}
    found = registry.load("executor", "onnxruntime-unoptimized").load(hub.parent, hub.name)(feeds)
    with torch.no_grad():
        wanted = restore(made, WEIGHTS / f"{DEFAULT.name}.safetensors")(feeds)
    for name, values in wanted.items():
        np.testing.assert_allclose(found[name], values, atol=1e-4)


@pytest.mark.data
@each
def test_the_published_figures_come_out_again(data, variant: Variant) -> None:
    measured = measure(recipe(variant), data / "detection_wider" / "val")
    for quant, result in figures(variant).items():
        assert measured[quant].count == result.count
        assert measured[quant].metrics == pytest.approx(result.metrics, abs=5e-3)
