"""Requantizes an already quantized network for a chip with a different integer format.

With samples, its float form is quantized like any float network; otherwise on grids that cover the
ranges of the given ones. The latter only needs the file, and loses more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain

import numpy as np

from compilers.op_parts.arithmetic import Bounds
from compilers.passes.as_float import as_float
from compilers.quantize.groups import scheme_of, sharing_groups
from compilers.quantize.histogram import measure
from compilers.quantize.observe import observe
from compilers.quantize.place import place
from compilers.quantize.prepare import made_ready
from compilers.quantize.ptq import Ptq
from compilers.quantize.shifts import coarsen_outputs
from zoo.contract import Contract
from zoo.graph import Graph, Quantization
from zoo.plugs import Feeds, QuantizeOptions, Quantizer
from zoo.scheme import OWN_INTEGERS, Scheme

__all__ = ["QUANTIZER", "Refit"]


class Refit(Quantizer):
    """Quantizes an integer Graph to another scheme."""

    name = OWN_INTEGERS

    def quantize(
        self,
        graph: Graph,
        scheme: Scheme,
        calibration: Iterable[Feeds],
        contract: Contract,
        options: QuantizeOptions,
    ) -> Graph:
        """Return the integer Graph of the scheme. calibration: may be empty."""
        form = as_float(graph)
        samples = iter(calibration)
        first = next(samples, None)
        if first is not None:
            batches = chain([first], samples)
            return Ptq().quantize(form.graph, scheme, batches, contract, options)
        ready = made_ready(form.graph, scheme)
        grids = coarsen_outputs(ready, _covering(ready, form.ranges, scheme), scheme)
        record = {**scheme.record, "zoo.quantizer": self.name}
        return replace(place(ready, grids, scheme), metadata={**graph.metadata, **record})


def _covering(
    graph: Graph, ranges: Mapping[str, Bounds], scheme: Scheme
) -> dict[str, Quantization]:
    """Return for each activation a grid that covers its range, or that of its group."""
    grids = {}
    for group in sharing_groups(graph, scheme):
        ends = np.array([ranges[name] for name in group], np.float32)
        grid = observe(measure(ends.reshape(1, -1)), scheme_of(group, graph, scheme), "minmax")
        grids.update(dict.fromkeys(group, grid))
    return grids


QUANTIZER = Refit()
