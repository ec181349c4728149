"""What a recipe promises is there and fits together; unpublished variants say so."""

import pytest

import recipes.dan.recipe as module
from recipes.dan.recipe import recipe
from recipes.dan.variants import DEFAULT, VARIANTS
from zoo import registry
from zoo.build.models import check_steps
from zoo.build.plan import make_plan
from zoo.build.wish import Wish
from zoo.contract import Contract
from zoo.data.processing import preprocess
from zoo.errors import ZooError
from zoo.picture import read_picture

UNPUBLISHED = [variant.name for variant in VARIANTS.values() if not recipe(variant).hubs]


@pytest.mark.parametrize("name", VARIANTS)
def test_the_contract_is_complete(name: str) -> None:
    made = recipe(VARIANTS[name])
    check_steps(made.contract)
    assert Contract.from_json(made.contract.to_json()).to_json() == made.contract.to_json()
    for dotted in (made.train, made.fit, made.export, made.restore, made.evaluate, made.pictures):
        assert callable(registry.resolve(dotted))


def test_golden_inputs_are_gray() -> None:
    made = registry.load("recipe", "dan")
    assert made.name == DEFAULT.name
    for golden in made.golden:
        frame = preprocess(made.contract, read_picture(golden.image), golden.box)
        assert frame.input_chw is not None
        assert frame.input_chw.shape == (1, 112, 112)


def test_the_weights_are_for_research_and_say_so() -> None:
    for variant in VARIANTS.values():
        weights = next(x for x in recipe(variant).licences if x.covers == "weights")
        assert not weights.commercial
        assert "for research" in weights.file.read_text()


def test_an_unknown_variant_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'dan1_9x\.300w68'"):
        getattr(module, "dan1_9x.300w68")


@pytest.mark.parametrize("name", UNPUBLISHED)
def test_a_variant_without_weights_cannot_be_built(name: str) -> None:
    with pytest.raises(ZooError, match=rf"{name}: no float hub .* `zoo train {name}`"):
        make_plan(Wish(name, "x86", "none"))
