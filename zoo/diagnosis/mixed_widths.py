"""Chooses bit widths by layer, under a limit of bytes, of loss or of time.

The choices are a line from fine to coarse: all values in 16 bits, then fewer of them, 8 bits
everywhere, then more and more layers with 4-bit weights, in the orders of
zoo.diagnosis.width_order. A limit of loss takes the coarsest network that keeps it, found by
bisection; a budget of bytes the finest from 8 bits on. The ends of the line come first, so that a
limit that nothing keeps is refused early. A limit of time changes no choice, since the coarsest
network is the fastest. Each candidate is quantized as in a build, so that the
loss is that of the network that is deployed.
"""

from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from math import inf
from typing import Any

from zoo.build.limits import Limits
from zoo.diagnosis.output_loss import mean_loss
from zoo.diagnosis.real_form import RealForm, real_form
from zoo.diagnosis.runner import Runner, Values
from zoo.diagnosis.width_limits import TrialQuantizer, Widths, find_widths, size_words
from zoo.diagnosis.width_order import WidthChange, narrow_weights, wide_values
from zoo.errors import QuantizeError
from zoo.graph import Graph
from zoo.reporting import report
from zoo.scheme import Scheme

__all__ = ["Candidate", "MixedWidths", "mix_widths"]


@dataclass(frozen=True)
class Candidate:
    """A network, its size, its loss and its estimated time, None if that is unknown.

    layers: have 4-bit weights, the first of their order.  values: have 16 bits, likewise.
    """

    layers: int
    values: int
    constants_bytes: int
    loss: float
    ms: float | None = None


@dataclass(frozen=True)
class MixedWidths:
    """The chosen scheme, and the graph that was quantized to it.

    layers, values: what may have 4 bits and 16 bits, in the order in which it gets them; empty
    where the search did not need to know.
    tried: from fine to coarse; chosen: one of them.
    is_stored: whether sizes are what the compiler stores; otherwise those of the graph's constants.
    """

    scheme: Scheme
    graph: Graph
    layers: tuple[WidthChange, ...]
    values: tuple[WidthChange, ...]
    tried: tuple[Candidate, ...]
    chosen: Candidate
    is_stored: bool

    def to_json(self) -> dict[str, Any]:
        """Return the table for a certificate."""
        return {
            "layers": [
                {"layer": one.node, "loss_alone_in_4_bits": one.loss} for one in self.layers
            ],
            "values": [{"node": one.node, "loss_alone_in_8_bits": one.loss} for one in self.values],
            "tried": [asdict(one) for one in self.tried],
            "chosen": asdict(self.chosen),
            "constants_bytes_of": "compiler" if self.is_stored else "graph",
        }

    @property
    def words(self) -> str:
        """The choice for people."""
        found = self.chosen
        eight = next(one for one in self.tried if not (one.layers or one.values))
        size, loss = size_words(found.constants_bytes, self.is_stored), f"loss {found.loss:.3g}"
        time = "" if found.ms is None else f", an estimated {found.ms:.3g} ms"
        if found.values:
            return (
                f"{found.values} of {len(self.values)} values have 16 bits: {loss} for "
                f"{eight.loss:.3g}{time}"
            )
        if found.layers:
            return (
                f"{found.layers} of {len(self.layers)} layers have 4-bit weights: {size} for "
                f"{eight.constants_bytes / 1024:.1f}, {loss} for {eight.loss:.3g}{time}"
            )
        return f"all layers have 8-bit weights and values: {size}, {loss}{time}"


def mix_widths(
    floats: Graph, scheme: Scheme, quantizer: TrialQuantizer, pictures: Runner, limits: Limits
) -> MixedWidths:
    """Return the scheme that keeps the limits.

    pictures: others than the quantizer's.
    Raises RefusedError where the target takes no widths to choose from, and QuantizeError for
    limits that no choice keeps.
    """
    widths = find_widths(scheme, floats.outputs, quantizer, limits)
    search = _Search(floats, scheme, quantizer, pictures, limits)
    report(f"bit widths for {limits.words}, judged on {len(pictures.samples)} pictures")
    chosen = search.choose(widths)
    report(f"chosen: {_widths_words(search.tried[chosen])}")
    tried = tuple(search.tried[level] for level in sorted(search.tried))
    return MixedWidths(
        search.scheme_of(chosen),
        search.graphs[chosen],
        search.layers if any(one.layers for one in tried) else (),
        search.values if any(one.values for one in tried) else (),
        tried,
        search.tried[chosen],
        quantizer.is_stored(search.graphs[chosen]),
    )


@dataclass(eq=False)
class _Search:
    """What was tried so far, by level: so many layers in 4 bits, or minus so many values in 16."""

    floats: Graph
    scheme: Scheme
    quantizer: TrialQuantizer
    pictures: Runner
    limits: Limits
    tried: dict[int, Candidate] = field(default_factory=dict)
    graphs: dict[int, Graph] = field(default_factory=dict)

    def choose(self, widths: Widths) -> int:
        """Return the level that keeps the limits; raises QuantizeError if none does."""
        limits = self.limits
        fitting = 0 if widths.no_narrow else self.fitting(limits.constants_bytes)
        if self.at(fitting).constants_bytes > limits.constants_bytes:
            raise self.refusal(fitting)
        if self.at(fitting).loss <= limits.loss:
            may_lose = limits.constants_bytes == inf and limits.loss < inf and not widths.no_narrow
            return self.coarsest(fitting, len(self.layers), limits.loss) if may_lose else fitting
        if fitting or widths.no_wide:
            raise self.refusal(fitting, "" if fitting else widths.no_wide)
        finest = -len(self.values)
        if self.at(finest).loss > limits.loss:
            raise self.refusal(finest)
        level = self.coarsest(finest, fitting, limits.loss)
        ms, size = self.at(level).ms, self.at(level).constants_bytes
        is_fast = limits.ms == inf or (ms is not None and ms <= limits.ms)
        if not is_fast or size > limits.constants_bytes:
            raise self.refusal(level)
        return level

    @cached_property
    def wanted(self) -> Values:
        """The float network's outputs."""
        return self.pictures.outputs(replace(self.floats, outputs=self.graphs[0].outputs))

    @cached_property
    def form(self) -> RealForm:
        """The network with 8 bits, on reals."""
        return real_form(self.graphs[0], self.floats)

    @cached_property
    def layers(self) -> tuple[WidthChange, ...]:
        """The layers that may have 4-bit weights, in the order in which they get them."""
        return narrow_weights(self.form, self.pictures, self.wanted)

    @cached_property
    def values(self) -> tuple[WidthChange, ...]:
        """The values that may have 16 bits, in the order in which they get them.

        Only those that the target has kernels for, even if all have 16 bits.
        """
        found = wide_values(self.form, self.floats, self.pictures, self.wanted)
        refused = self.quantizer.refused(self._changed(found))
        kept = tuple(one for one in found if refused.isdisjoint(self._uses(one.node)))
        if len(kept) < len(found):
            report(f"{len(found) - len(kept)} values keep 8 bits: no kernels for {sorted(refused)}")
        return kept

    def _uses(self, name: str) -> frozenset[str]:
        """Return the nodes that compute and read the value of a node."""
        graph = self.graphs[0]
        outputs = [node.output for node in graph.nodes if node.name == name]
        readers = (node.name for output in outputs for node in graph.consumers(output))
        return frozenset((name, *readers))

    def scheme_of(self, level: int) -> Scheme:
        """Return the scheme of a level."""
        return self._changed(
            self.layers[:level] if level > 0 else self.values[:-level] if level else ()
        )

    def _changed(self, changes: tuple[WidthChange, ...]) -> Scheme:
        own = tuple(change.override for change in changes)
        return replace(self.scheme, overrides=(*self.scheme.overrides, *own))

    def at(self, level: int) -> Candidate:
        """Return the candidate of a level; the first one is 0."""
        if level not in self.tried:
            told = f"try {len(self.tried) + 1}"
            report(f"{told}: {_level_words(level)}")
            graph = self.quantizer.whole(self.scheme_of(level))
            self.graphs[level] = graph
            size = self.quantizer.constants_bytes(graph)
            loss = mean_loss(self.wanted, self.pictures.outputs(graph))
            ms = self.quantizer.estimated_ms(graph)
            found = Candidate(max(level, 0), max(-level, 0), size, loss, ms)
            self.tried[level] = found
            report(f"{told}: {self._found(found)}")
        return self.tried[level]

    def _found(self, found: Candidate) -> str:
        """Return what a try has found, its bytes only if they are not those of 8 bits."""
        limits, size = self.limits, found.constants_bytes
        is_new = found is self.tried[0] or size != self.tried[0].constants_bytes
        bytes_ = f", {size / 1024:.1f} KiB" if is_new else ""
        verdicts = {
            "the loss is above the limit": found.loss > limits.loss,
            "too large": size > limits.constants_bytes,
            "too slow": found.ms is not None and found.ms > limits.ms,
        }
        faults = [words for words, is_fault in verdicts.items() if is_fault]
        verdict = " and ".join(faults) or f"keeps {limits.words}"
        return f"mean loss {found.loss:.3g}{bytes_}: {verdict}"

    def fitting(self, constants_bytes: float) -> int:
        """Return the fewest layers in 4 bits with which the constants fit, all if they never do.

        Compilers save more or less than half of a layer: they add rows, or do not pack all weights.
        """
        layers = 0
        while self.at(layers).constants_bytes > constants_bytes and layers < len(self.layers):
            layers = self._more(layers, constants_bytes)
        while layers and self._may_need_fewer(layers, constants_bytes):
            layers -= 1
        return layers

    def _more(self, layers: int, constants_bytes: float) -> int:
        """Return how many layers would fit if each saved half of its weights, at least one more."""
        size = self.at(layers).constants_bytes
        for index in range(layers, len(self.layers)):
            size -= self.layers[index].saved_bytes
            if size <= constants_bytes:
                return index + 1
        return len(self.layers)

    def _may_need_fewer(self, layers: int, constants_bytes: float) -> bool:
        """Whether it fits with one layer less, tried only if half of its weights are to spare."""
        spare = constants_bytes - self.at(layers).constants_bytes
        is_to_spare = spare >= self.layers[layers - 1].saved_bytes
        return is_to_spare and self.at(layers - 1).constants_bytes <= constants_bytes

    def coarsest(self, low: int, high: int, loss: float) -> int:
        """Return the highest level with at most this loss. low: a level that has."""
        more = (high not in self.tried) + (high - low - 1).bit_length()
        report(f"at most {more} more {'try' if more == 1 else 'tries'}")
        if self.at(high).loss <= loss:
            return high
        while high - low > 1:
            middle = (low + high) // 2
            if self.at(middle).loss <= loss:
                low = middle
            else:
                high = middle
        return low

    def refusal(self, best: int, why: str = "") -> QuantizeError:
        """Return why nothing keeps the limits, and what to do. best: the level nearest to it."""
        told = [self._told(level) for level in dict.fromkeys((0, best))]
        found = "; ".join(filter(None, (*told, why)))
        limits = self.limits
        return QuantizeError(
            f"no choice of bit widths keeps {limits.words}: {found}; {limits.remedy}"
        )

    def _told(self, level: int) -> str:
        limits = self.limits
        found, is_stored = self.tried[level], self.quantizer.is_stored(self.graphs[level])
        size = f" in {size_words(found.constants_bytes, is_stored)}"
        shown = size if limits.constants_bytes < inf else ""
        ms = "unknown" if found.ms is None else f"{found.ms:.3g} ms"
        time = f", estimated time {ms}" if limits.ms < inf else ""
        return f"{_widths_words(found)} lose {found.loss:.3g}{shown}{time}"


def _widths_words(found: Candidate) -> str:
    return _level_words(found.layers - found.values)


def _level_words(level: int) -> str:
    if level > 0:
        return f"{level} layers with 4-bit weights"
    return f"{-level} values with 16 bits" if level else "8 bits"
