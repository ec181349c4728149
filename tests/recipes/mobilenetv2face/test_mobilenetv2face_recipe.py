"""Recipes of the family: names and contracts."""

import pytest

from recipes.mobilenetv2face.recipe import recipe, recipe_of_size
from recipes.mobilenetv2face.variants import VARIANTS, Variant
from zoo import registry
from zoo.data.processing import preprocess, rehearse
from zoo.picture import read_picture


def test_every_variant_is_registered() -> None:
    assert set(VARIANTS) <= set(registry.names("recipe"))
    assert len(VARIANTS) == 18
    for alias in ("mobilenetv2face", "mobilenetv2face_0.5x.wider"):
        assert registry.load("recipe", alias).name == "mobilenetv2face_a0.5x.wider"


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda variant: variant.name)
def test_steps_go_together(variant: Variant) -> None:
    rehearse(recipe(variant).contract)


def test_another_size() -> None:
    made = recipe_of_size(VARIANTS["mobilenetv2face_b1.0x.wider"], 448)
    assert made.contract.outputs[0].shape == (25, 14, 14)
    frame = preprocess(made.contract, read_picture(made.golden[0].image))
    assert frame.input_chw is not None
    assert frame.input_chw.shape == (3, 448, 448)


def test_weights_are_for_research_only() -> None:
    weights, *_ = recipe(VARIANTS["mobilenetv2face_a0.5x.wider"]).licences
    assert not weights.commercial
    assert weights.file.read_text().startswith("Weights of mobilenetv2face_*.wider: for research")
