"""Quantizes a published float hub and puts the result beside it, just as `zoo build` would.

    python -m recipes.pfld.publish_ptq MODEL CALIBRATION_FACES

CALIBRATION_FACES is a crops folder, such as $ZOO_DATA/landmarks68/train; 500 of its faces are used.
`python -m recipes.pfld.publish MODEL TEST_FACES` then measures the accuracy of all hubs.
"""

import shutil
import sys
from pathlib import Path

from recipes.pfld.recipe import WEIGHTS
from zoo.cache import Cache, default_folder
from zoo.pipeline import STAGES, build
from zoo.plan import Wish, make_plan

__all__ = ["publish_ptq"]


def publish_ptq(model: str, calibration: Path) -> Path:
    """Write `weights/MODEL.ptq.onnx`, by the scheme of x86, and return its path."""
    plan = make_plan(Wish(model, target="x86", quant="ptq", calibration=calibration))
    stages = tuple(stage for stage in STAGES if stage.name in ("hub", "quantize"))
    done = build(plan, Cache(default_folder()), stages=stages)
    hub = WEIGHTS / f"{model}.ptq.onnx"
    shutil.copyfile(done["quantize"] / "hub.onnx", hub)
    return hub


if __name__ == "__main__":
    publish_ptq(sys.argv[1], Path(sys.argv[2]))
