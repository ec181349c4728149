"""What is published belongs together: weights, hubs, figures, cards."""

import json

import pytest

from recipes.facenet.card import render_card
from recipes.facenet.recipe import WEIGHTS, recipe
from recipes.facenet.variants import VARIANTS, Variant
from recipes.shelf.publishing import parameters
from zoo.data.evaluation import Evaluation

ACCURACY = "accuracy_percent"
AIMS_PERCENT = {1: 85, 2: 88, 6: 84, 7: 84}
"""The slides have 85, 86, 82 and 82."""
POINTS_ALLOWED = 1
PUBLISHED = [variant for variant in VARIANTS.values() if recipe(variant).hubs]
each = pytest.mark.parametrize("variant", PUBLISHED, ids=lambda variant: variant.name)


def figures(variant: Variant) -> dict[str, Evaluation]:
    read = json.loads((WEIGHTS / f"{variant.name}.json").read_text("utf-8"))
    return {quant: Evaluation(**result) for quant, result in read.items()}


@each
def test_card_and_figures_agree(variant: Variant) -> None:
    made = recipe(variant)
    assert made.card is not None
    assert set(figures(variant)) == set(made.hubs) == {"none", "qat.ai8x"}
    record = WEIGHTS / f"{variant.weights_name}.training.json"
    training = json.loads(record.read_text("utf-8"))
    card = render_card(variant, figures(variant), training, parameters(made))
    assert card == made.card.read_text("utf-8")


@each
def test_accuracy_is_at_least_the_slides(variant: Variant) -> None:
    for quant, result in figures(variant).items():
        assert result.metrics[ACCURACY] >= AIMS_PERCENT.get(variant.version, 0), quant


@each
def test_the_integer_network_loses_little(variant: Variant) -> None:
    accuracy = {quant: result.metrics[ACCURACY] for quant, result in figures(variant).items()}
    assert accuracy["none"] - accuracy["qat.ai8x"] <= POINTS_ALLOWED
