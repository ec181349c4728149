"""The model: two outputs, one contract, a published float hub."""

from pathlib import Path

from zoo.contract import Contract, Step, TensorSpec
from zoo.recipe import Licence, Recipe

__all__ = ["CONTRACT", "RECIPE"]

_HERE = Path(__file__).parent

CONTRACT = Contract(
    input=TensorSpec("image", (3, 16, 16)),
    outputs=(TensorSpec("score", (1,)), TensorSpec("position", (2,))),
    pre=(
        Step("crop", {"scale": 1.0}),
        Step("resize", {"size": [16, 16]}),
        Step("normalize", {"mean": [128, 128, 128], "std": [128, 128, 128]}),
    ),
    post=(Step("toy_place", {"output": "position"}),),
)

# No golden inputs and no quantized hub: the zoo renders pictures, and `--quant ptq` takes --calib.
RECIPE = Recipe(
    name="toy_tiny.pictures",
    family="toy",
    summary="a score and a position, RGB 16x16, random weights",
    contract=CONTRACT,
    hubs={"none": _HERE / "toy.onnx"},
    licences=(Licence("weights", "CC0-1.0", commercial=True, file=_HERE / "LICENSE.weights.txt"),),
    evaluate="zoo_toy.evaluation:evaluate",
)
