"""Trains a pruned network, with the whole one as its teacher."""

from collections.abc import Sequence

import numpy as np
import torch

from compilers.prune.float_student import FloatStudent
from compilers.quantize.qat.distil import Schedule, distil
from compilers.quantize.qat.graph_module import FloatNetwork
from zoo.graph import Graph
from zoo.plugs import Feeds, PruneOptions

__all__ = ["recover"]

_WEIGHT_RATE = 1e-3
"""Ten times that of quantization-aware training, which changes weights far less."""


def recover(
    graph: Graph, whole: Graph, samples: Sequence[Feeds], options: PruneOptions, epochs: int
) -> Graph:
    """Return the Graph with trained weights. samples: for learning without the options' `fit`."""
    student, teacher = FloatStudent(graph, options.precision), FloatNetwork(whole)
    if options.fit is not None:
        options.fit(student, teacher, epochs)
        return student.float_graph()
    images = {
        name: torch.from_numpy(np.concatenate([batch[name] for batch in samples]))
        for name in graph.inputs
    }
    schedule = Schedule(epochs, weight_rate=_WEIGHT_RATE, scale_rate=0)
    distil(student, teacher, images, schedule, options.seed)
    return student.float_graph()
