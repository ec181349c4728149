"""What is published belongs together: weights, hubs, figures, card."""

import json

import numpy as np

from recipes.mobilenetv2face.card import render_card
from recipes.mobilenetv2face.recipe import WEIGHTS, recipe
from recipes.mobilenetv2face.variants import DEFAULT
from recipes.shelf.portraits import portraits
from recipes.shelf.publishing import parameters
from zoo import registry
from zoo.data.evaluation import Evaluation
from zoo.data.processing import postprocess, preprocess, whole
from zoo.picture import read_picture

AP = "ap_32px_percent"
SCHEMES = ("dpu-pow2", "kpu-u8", "w8a8-asym", "w8a8-sym")
POINTS_ALLOWED = 1


def figures() -> dict[str, Evaluation]:
    read = json.loads((WEIGHTS / f"{DEFAULT.name}.json").read_text("utf-8"))
    return {quant: Evaluation(**result) for quant, result in read.items()}


def test_card_and_figures_agree() -> None:
    made = recipe(DEFAULT)
    assert made.card is not None
    assert set(figures()) == set(made.hubs) == {"none", *(f"ptq.{scheme}" for scheme in SCHEMES)}
    training = json.loads((WEIGHTS / f"{DEFAULT.name}.training.json").read_text("utf-8"))
    card = render_card(DEFAULT, figures(), training, parameters(made))
    assert card == made.card.read_text("utf-8")


def test_eight_bits_lose_little_in_every_scheme() -> None:
    precision = {quant: result.metrics[AP] for quant, result in figures().items()}
    for name, found in precision.items():
        assert precision["none"] - found <= POINTS_ALLOWED, name


def test_the_best_box_of_a_portrait_is_its_face() -> None:
    made, golden = recipe(DEFAULT), portraits()[0]
    photo = read_picture(golden.image)
    frame = preprocess(made.contract, photo, whole(photo))
    assert frame.input_chw is not None
    for hub in made.hubs.values():
        run = registry.load("executor", "onnxruntime").load(hub.parent, hub.name)
        outputs = run({"image": frame.input_chw[np.newaxis]})
        values = postprocess(made.contract, {name: out[0] for name, out in outputs.items()}, frame)
        np.testing.assert_allclose(values["boxes"][0], golden.box, atol=0.45 * golden.box[2])
