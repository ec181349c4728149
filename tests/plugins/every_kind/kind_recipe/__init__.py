"""A model with a published float hub."""

from pathlib import Path

from zoo.contract import Contract, Step, TensorSpec
from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.recipe import Recipe

RECIPE = Recipe(
    name="kind_recipe",
    family="kind",
    summary="a triangle of a convolution",
    contract=Contract(
        TensorSpec("image", (3, 8, 8)),
        (TensorSpec("score", (5,)),),
        (
            Step("crop", {"scale": 1.0}),
            Step("resize", {"size": [8, 8]}),
            Step("normalize", {"mean": [128] * 3, "std": [128] * 3}),
        ),
        (Step("kind_mark", {}),),
    ),
    hubs={"none": Path(__file__).with_name("network.onnx")},
)


@hookimpl
def register_recipes():
    return [Descriptor("kind_recipe", "kind_recipe:RECIPE")]
