"""Chooses the layers whose weights get 4 bits, under a budget of bytes or of loss.

Layers are ordered by what 4 bits cost per byte that they save: the loss at the outputs with the
weights of one layer in 4 bits and all else in float, squared, since independent errors add up by
their squares (Dong et al. 2019, "HAWQ: Hessian AWare Quantization of Neural Networks with
Mixed-Precision", orders layers by curvature and size likewise). The first ones of this order get 4
bits: as many as a budget of bytes needs, or as a limit of loss allows, which is found by bisection.
Each candidate is quantized as in a build, so that the loss is that of the network that is deployed.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from math import inf
from typing import Any

import numpy as np

from zoo.artifact import graph_memory
from zoo.build.limits import Limits
from zoo.diagnosis.output_loss import mean_loss
from zoo.diagnosis.real_form import Part, RealForm, real_form
from zoo.diagnosis.runner import Runner, Values
from zoo.errors import QuantizeError
from zoo.graph import Graph, Tensor, quantization_of
from zoo.reporting import report
from zoo.scheme import Override, Scheme, exact_pattern

__all__ = ["Candidate", "MixedWeights", "mix_weights"]

_BITS, _STEPS = 4, 7
"""Weights of -7 to 7."""

Quantize = Callable[[Scheme], Graph]
StoredBytes = Callable[[Graph], int | None]


@dataclass(frozen=True)
class Candidate:
    """A network with the first `layers` of the order in 4 bits, its size and its loss."""

    layers: int
    constants_bytes: int
    loss: float


@dataclass(frozen=True)
class MixedWeights:
    """The chosen scheme, and the graph that was quantized to it.

    order: (node, loss with it alone in 4 bits), cheapest per byte first.
    tried: by number of layers; chosen: one of them.
    is_stored: whether sizes are what the compiler stores; otherwise those of the graph's constants.
    """

    scheme: Scheme
    graph: Graph
    order: tuple[tuple[str, float], ...]
    tried: tuple[Candidate, ...]
    chosen: Candidate
    is_stored: bool

    def to_json(self) -> dict[str, Any]:
        """Return the table for a certificate."""
        return {
            "order": [{"layer": name, "loss_alone_in_4_bits": loss} for name, loss in self.order],
            "tried": [asdict(one) for one in self.tried],
            "chosen": asdict(self.chosen),
            "constants_bytes_of": "compiler" if self.is_stored else "graph",
        }

    @property
    def words(self) -> str:
        """The choice for people."""
        eight = self.tried[0]
        return (
            f"{self.chosen.layers} of {len(self.order)} layers have 4-bit weights: "
            f"{self.chosen.constants_bytes / 1024:.1f} KiB {_whose(self.is_stored)} for "
            f"{eight.constants_bytes / 1024:.1f}, loss {self.chosen.loss:.3g} for {eight.loss:.3g}"
        )


def mix_weights(
    floats: Graph,
    scheme: Scheme,
    quantize: Quantize,
    pictures: Runner,
    limits: Limits,
    stored_bytes: StoredBytes,
) -> MixedWeights:
    """Return the scheme that keeps the limits.

    quantize: to a scheme, as in a build.  pictures: not used for it.
    stored_bytes: of all constants, as the compiler stores them; None if it does not tell.
    Raises QuantizeError for a scheme without 4 bits, and for limits that no choice keeps.
    """
    if _BITS not in scheme.weight_widths or scheme.weight_bits == _BITS:
        raise QuantizeError(
            f"scheme '{scheme.name}' has weights of {scheme.weight_bits} bits and does not mix "
            f"them with {_BITS}: leave out the budget, or choose another scheme with --scheme"
        )
    search = _Search.of(floats, scheme, quantize, pictures, stored_bytes)
    if limits.constants_bytes < inf:
        search.fit(limits.constants_bytes)
    if limits.loss < inf:
        search.bisect(limits.loss)
    kept = [one for one in search.tried.values() if _keeps(one, limits)]
    if not kept:
        raise QuantizeError(search.refusal(limits))
    chosen = min(kept, key=lambda one: one.loss if limits.loss == inf else one.constants_bytes)
    return MixedWeights(
        search.scheme_of(chosen.layers),
        search.graphs[chosen.layers],
        tuple((part.node, loss) for part, loss in search.order),
        tuple(search.tried[layers] for layers in sorted(search.tried)),
        chosen,
        search.is_stored,
    )


def _keeps(one: Candidate, limits: Limits) -> bool:
    return one.constants_bytes <= limits.constants_bytes and one.loss <= limits.loss


@dataclass(frozen=True, eq=False)
class _Search:
    """The order of the layers, and what was tried so far, by number of layers."""

    scheme: Scheme
    quantize: Quantize
    pictures: Runner
    wanted: Values
    order: tuple[tuple[Part, float], ...]
    stored_bytes: StoredBytes
    is_stored: bool
    tried: dict[int, Candidate]
    graphs: dict[int, Graph]

    @classmethod
    def of(
        cls,
        floats: Graph,
        scheme: Scheme,
        quantize: Quantize,
        pictures: Runner,
        stored_bytes: StoredBytes,
    ) -> "_Search":
        """Return a search that has tried the scheme as it is."""
        eight = quantize(scheme)
        wanted = pictures.outputs(replace(floats, outputs=eight.outputs))
        order = tuple(_ordered(real_form(eight, floats), pictures, wanted))
        told = stored_bytes(eight) is not None
        search = cls(scheme, quantize, pictures, wanted, order, stored_bytes, told, {}, {})
        search.measure(0, eight)
        return search

    def at(self, layers: int) -> Candidate:
        """Return the candidate with the first layers of the order in 4 bits."""
        if layers not in self.tried:
            self.measure(layers, self.quantize(self.scheme_of(layers)))
        return self.tried[layers]

    def measure(self, layers: int, graph: Graph) -> None:
        """Note a quantized network and its loss."""
        loss = mean_loss(self.wanted, self.pictures.outputs(graph))
        stored = self.stored_bytes(graph)
        size = graph_memory(graph).weights_bytes if stored is None else stored
        found = Candidate(layers, size, loss)
        report(
            f"{layers} of {len(self.order)} layers with 4-bit weights: "
            f"{size / 1024:.1f} KiB, loss {loss:.3g}"
        )
        self.tried[layers], self.graphs[layers] = found, graph

    def scheme_of(self, layers: int) -> Scheme:
        """Return the scheme with the first layers of the order in 4 bits."""
        own = tuple(
            Override(exact_pattern(part.node), weight_bits=_BITS) for part, _ in self.order[:layers]
        )
        return replace(self.scheme, overrides=(*self.scheme.overrides, *own))

    def fit(self, constants_bytes: float) -> None:
        """Try the fewest layers with which the constants fit, all if they never do.

        Compilers save more or less than half of a layer: they add rows, or do not pack all weights.
        """
        layers, most = 0, len(self.order)
        while layers < most and self.at(layers).constants_bytes > constants_bytes:
            layers = self._more(layers, constants_bytes)
        while layers and self._may_need_fewer(layers, constants_bytes):
            layers -= 1

    def _more(self, layers: int, constants_bytes: float) -> int:
        """Return how many layers would fit if each saved half of its weights, at least one more."""
        size = self.at(layers).constants_bytes
        for index in range(layers, len(self.order)):
            size -= self.order[index][0].weight_bytes // 2
            if size <= constants_bytes:
                return index + 1
        return len(self.order)

    def _may_need_fewer(self, layers: int, constants_bytes: float) -> bool:
        """Whether it fits with one layer less, tried only if half of its weights are to spare."""
        saved = self.order[layers - 1][0].weight_bytes // 2
        spare = constants_bytes - self.at(layers).constants_bytes
        return spare >= saved and self.at(layers - 1).constants_bytes <= constants_bytes

    def bisect(self, loss: float) -> None:
        """Try numbers of layers until the most with at most this loss is found."""
        low, high = 0, len(self.order)
        if self.at(high).loss <= loss:
            return
        while high - low > 1:
            middle = (low + high) // 2
            if self.at(middle).loss <= loss:
                low = middle
            else:
                high = middle

    def refusal(self, limits: Limits) -> str:
        """Return why nothing keeps the limits, and what to do."""
        smallest = self.at(len(self.order))
        eight = self.tried[0]
        return (
            f"no choice of 4-bit weights keeps {_words(limits)}: 8 bits lose {eight.loss:.3g} in "
            f"{eight.constants_bytes / 1024:.2f} KiB, 4 bits everywhere {smallest.loss:.3g} in "
            f"{smallest.constants_bytes / 1024:.2f} KiB {_whose(self.is_stored)}; allow more of "
            "either"
        )


def _whose(is_stored: bool) -> str:
    if is_stored:
        return "of constants in the program"
    return "of constants in the graph (the compiler does not tell what it stores)"


def _words(limits: Limits) -> str:
    size = f"{limits.constants_bytes / 1024:g} KiB" if limits.constants_bytes != inf else ""
    loss = f"a loss of {limits.loss:g}" if limits.loss != inf else ""
    return " and ".join(filter(None, (size, loss)))


def _ordered(form: RealForm, pictures: Runner, wanted: Values) -> Iterator[tuple[Part, float]]:
    """Yield the layers that can have 4 bits, and the loss with only their weights in 4 bits."""
    layers = [part for part in form.parts if part.kind == "weights"]
    costs: list[tuple[Part, float]] = []
    for part in layers:
        name = part.tensors[0]
        coarse = _in_four_bits(form.parameters[name], form.integers.tensors[name])
        trial = replace(form, parameters={**form.parameters, name: coarse})
        found = pictures.outputs(trial.graph(()))
        costs.append((part, mean_loss(wanted, {n: found[form.reals[n]] for n in wanted})))
    report(f"measured {len(layers)} layers with 4-bit weights, one at a time")
    yield from sorted(costs, key=lambda cost: cost[1] ** 2 / max(cost[0].weight_bytes, 1))


def _in_four_bits(tensor: Tensor, integer: Tensor) -> Tensor:
    """Return float weights rounded to the nearest of 15 steps per scale, [K, ...]."""
    data = np.asarray(tensor.data, np.float64)
    axis = quantization_of(integer).axis
    others = tuple(i for i in range(data.ndim) if i != axis)
    step = np.abs(data).max(axis=others, keepdims=True) / _STEPS
    rounded = np.round(np.divide(data, step, out=np.zeros_like(data), where=step > 0)) * step
    return replace(tensor, data=rounded.astype(np.float32))
