"""What a recipe promises is there and fits together."""

import pytest

import recipes.pfld.recipe as module
from recipes.pfld.recipe import recipe
from recipes.pfld.variants import VARIANTS
from zoo import registry
from zoo.build.models import check_steps
from zoo.contract import Contract
from zoo.data.processing import preprocess
from zoo.picture import read_picture


@pytest.mark.parametrize("name", VARIANTS)
def test_the_contract_is_complete(name: str) -> None:
    made = recipe(VARIANTS[name])
    check_steps(made.contract)
    assert Contract.from_json(made.contract.to_json()) == Contract.from_json(
        recipe(VARIANTS[name]).contract.to_json()
    )
    for dotted in (made.train, made.export, made.evaluate, made.pictures):
        assert ":" in dotted


@pytest.mark.parametrize("name", VARIANTS)
def test_golden_inputs_go_through_the_contract(name: str) -> None:
    made = recipe(VARIANTS[name])
    for golden in made.golden:
        frame = preprocess(made.contract, read_picture(golden.image), golden.box)
        assert frame.input_chw is not None
        assert frame.input_chw.shape == made.contract.input.shape
        assert frame.input_chw.std() > 0.05


def test_one_golden_box_leaves_its_picture() -> None:
    made = registry.load("recipe", "pfld")
    outside = []
    for golden in made.golden:
        height, width, _ = read_picture(golden.image).shape
        x, y, w, h = golden.box
        if x + w > width and y + h > height:
            outside.append(golden.name)
    assert outside == ["astronaut_edge"]


def test_pixels_are_the_quantized_input() -> None:
    assert registry.load("recipe", "pfld").contract.pixel_quantization == (1 / 128, 128)


def test_the_weights_are_for_research_and_say_so() -> None:
    for variant in VARIANTS.values():
        licences = {licence.covers: licence for licence in recipe(variant).licences}
        assert not licences["weights"].commercial
        assert "for research" in licences["weights"].file.read_text()


def test_an_unknown_variant_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'pfld_9x\.300w68'"):
        getattr(module, "pfld_9x.300w68")
