"""Quantizes a published float hub like `zoo build`, and stores the result beside it.

    python -m recipes.pfld.publish_quantized MODEL FACES QUANT SCHEME

FACES is a crops folder, such as $ZOO_DATA/landmarks68/train.  QUANT is ptq or qat.
`python -m recipes.pfld.publish MODEL TEST_FACES` then measures the accuracy of all hubs.
"""

import shutil
from dataclasses import replace
from pathlib import Path

import click

from recipes.pfld.recipe import WEIGHTS
from zoo import registry
from zoo.build.cache import Cache, default_folder
from zoo.build.pipeline import STAGES, build
from zoo.build.plan import Wish, make_plan
from zoo.cli.entry import enter

__all__ = ["publish_quantized"]


def publish_quantized(model: str, faces: Path, quant: str, scheme: str) -> Path:
    """Write `weights/MODEL.QUANT.SCHEME.onnx` and return its path."""
    registry.load("scheme", scheme)
    # Any board with this scheme works: only stages before the board matter run here.
    plan = make_plan(Wish(model, target="x86", quant=quant, calibration=faces))
    plan = replace(plan, scheme=scheme)
    stages = tuple(stage for stage in STAGES if stage.name in ("hub", "quantize"))
    done = build(plan, Cache(default_folder()), stages=stages)
    hub = WEIGHTS / f"{model}.{plan.hub_key}.onnx"
    shutil.copyfile(done["quantize"] / "hub.onnx", hub)
    return hub


@click.command()
@click.argument("model")
@click.argument("faces", type=click.Path(path_type=Path))
@click.argument("quant", type=click.Choice(["ptq", "qat"]))
@click.argument("scheme")
def main(model: str, faces: Path, quant: str, scheme: str) -> None:
    """Quantize the float hub of MODEL with FACES, using QUANT and SCHEME, and publish it."""
    publish_quantized(model, faces, quant, scheme)


if __name__ == "__main__":
    enter(main, "python -m recipes.pfld.publish_quantized")
