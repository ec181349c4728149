"""Whether the integers that were read back compute what the torch module computes."""

import numpy as np
import torch

from compilers.quantize.qat.fake_quantized import FakeQuantized
from compilers.reference import run_graph
from zoo.artifact import Exactness, float_requantization
from zoo.certificate import Check
from zoo.graph import Graph
from zoo.plugs import Feeds
from zoo.proof import compare, output_scales

__all__ = ["STEP", "agreement"]

STEP = "fake-quant -> integer reference"

_EXACT = Exactness(0, "lsb", "integers over powers of two are exact in float32")


def agreement(module: FakeQuantized, integer: Graph, feeds: Feeds) -> Check:
    """Return the check of the step from `module` to `integer`, recorded. feeds: one batch."""
    with torch.no_grad():
        reals = module({name: torch.from_numpy(np.asarray(x)) for name, x in feeds.items()})
    trained = {name: reals[name].cpu().numpy() for name in integer.outputs}
    is_exact = module.start.scheme.scale == "power_of_two"
    bound = _EXACT if is_exact else float_requantization(integer)
    wanted = run_graph(integer, feeds)
    return compare(STEP, [trained], [wanted], bound, output_scales(integer), how="recorded")
