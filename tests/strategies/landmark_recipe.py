"""A recipe of 68 landmarks without a network; tests bring their own function."""

from zoo.contract import Contract, Step, TensorSpec
from zoo.recipe import Recipe

SIDE = 8
NETWORK = Recipe(
    "middle",
    "middle",
    "",
    Contract(
        TensorSpec("image", (3, SIDE, SIDE)),
        (TensorSpec("landmarks", (136,)),),
        (
            Step("crop", {"scale": 1.0}),
            Step("resize", {"size": [SIDE, SIDE]}),
            Step("normalize", {"mean": [0] * 3, "std": [1] * 3}),
        ),
        (Step("landmarks", {"count": 68}),),
    ),
)
