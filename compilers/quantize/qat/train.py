"""Training of a calibrated graph: to a torch module, through a fit, and back."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import torch

from compilers.passes.keep_outputs import keep_outputs
from compilers.quantize.place import place
from compilers.quantize.prepare import Prepared
from compilers.quantize.qat.agreement import agreement
from compilers.quantize.qat.distil import Schedule, distil
from compilers.quantize.qat.fake_quantized import FakeQuantized
from compilers.quantize.qat.graph_module import FloatNetwork
from zoo.graph import Graph
from zoo.plugs import Feeds, QuantizeOptions
from zoo.proof.certificate import record_checks

__all__ = ["read_back", "train"]


def train(
    start: Prepared, samples: Sequence[Feeds], outputs: Collection[str], options: QuantizeOptions
) -> Graph:
    """Return the trained integer graph of these outputs, and its exactness as metadata.

    samples: inputs for distillation.
    """
    module, teacher = FakeQuantized(start), FloatNetwork(start.graph)
    if options.fit is not None:
        options.fit(module, teacher)
    else:
        schedule = Schedule() if options.epochs is None else Schedule(options.epochs)
        images = {
            name: torch.from_numpy(np.concatenate([batch[name] for batch in samples]))
            for name in start.graph.inputs
        }
        distil(module, teacher, images, schedule, options.seed)
    integer = read_back(module, outputs)
    return replace(integer, metadata=record_checks(*agreement(module, integer, samples[0])))


def read_back(module: FakeQuantized, outputs: Collection[str]) -> Graph:
    """Return the integer graph of these outputs, without nodes only used in training."""
    graph, grids = keep_outputs(module.float_graph(), outputs), module.grids()
    kept = {name: grid for name, grid in grids.items() if name in graph.tensors}
    return place(graph, kept, module.start.scheme)
