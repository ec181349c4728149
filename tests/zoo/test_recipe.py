"""A model's own bit widths."""

from zoo import registry
from zoo.contract import Contract, TensorSpec
from zoo.recipe import Recipe
from zoo.scheme import Override

CONTRACT = Contract(TensorSpec("x", (1,)), (TensorSpec("y", (1,)),), ())


def test_they_are_for_one_scheme():
    four = Override("*", weight_bits=4)
    recipe = Recipe("a.b", "a", "a model", CONTRACT, overrides={"ai8x": (four,)})
    own, other = (registry.load("scheme", name) for name in ("ai8x", "dpu-pow2"))
    assert recipe.widths(own).at("conv").weight_bits == 4
    assert recipe.widths(other) == other


def test_its_functions_know_a_model_with_another_network_by_the_registered_name(tmp_path):
    recipe = Recipe("toy_1.0x.shapes", "toy", "", CONTRACT, hubs={"none": tmp_path / "hub.onnx"})
    other = recipe.of_another_network("toy-own")
    assert (other.name, other.hubs) == ("toy-own", {})
    assert other.as_registered.name == "toy_1.0x.shapes"
    assert recipe.as_registered is recipe
