"""Calibrator 'auto': tries every method for the activations' grids and keeps the best.

The best range rule differs between networks, and so does the benefit of equalisation: for each
rule, one of the measured networks does worst with it. Layers are equalised by what calibration sees
(compilers.quantize.balance), which is better than by weights alone. Each candidate is judged by the
integer network's outputs on held-out samples, by the fourth power of the differences. The mean
square would prefer a range that rounds finely and cuts off the largest answers, one in a thousand;
the largest difference would depend on a single sample. The slowest methods, error-compensating
weight rounding and bias correction, are only tried for the best candidate of each form, equalised
and not: they remove errors of rounding, which hide that a form clips less. The form that is not
equalised, seldom the best, is only tried with 'mse' if there is an equalised one. Ties keep the
order of the candidates, which starts with those that clip least.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.quantize.balance import balance, open_clamps
from compilers.quantize.calibrate import Calibration, calibrate, divided
from compilers.quantize.correct_bias import correct_biases
from compilers.quantize.equalize import equalizable
from compilers.quantize.fill import fill
from compilers.quantize.float_session import FloatSession
from compilers.quantize.observe import CALIBRATORS
from compilers.quantize.place import place
from compilers.quantize.prepare import KEPT, Prepared, fit_grids, made_ready
from compilers.quantize.samples import small_batches
from zoo.contract import Contract
from zoo.graph import Graph
from zoo.plugs import Feeds, QuantizeOptions
from zoo.proof.loss import relative_loss
from zoo.reporting import report
from zoo.scheme import Scheme

__all__ = ["AUTO", "Chosen", "Way", "choose"]

AUTO = "auto"

_POWER = 4
_JUDGING = 50
"""Maximum judging samples; every candidate runs on all of them."""
_AS_IS = "mse"
"""The range rule for the form that is not equalised, if another one is."""


@dataclass(frozen=True)
class Way:
    """A candidate for quantization.

    loss: mean over outputs of zoo.proof.loss.relative_loss, to the power 4.
    """

    calibrator: str
    equalized: bool
    bias_correction: bool
    compensation: bool
    loss: float


@dataclass(frozen=True)
class Chosen:
    """The best candidate.  start: before its integers are placed; tried: all, best first."""

    start: Prepared
    graph: Graph
    tried: tuple[Way, ...]
    judged_on: str

    @property
    def record(self) -> Mapping[str, str]:
        """Metadata that describe the choice."""
        best = self.tried[0]
        return {
            "zoo.calibrator": best.calibrator,
            "zoo.equalization": "yes" if best.equalized else "no",
            "zoo.bias_correction": "yes" if best.bias_correction else "no",
            "zoo.compensation": "yes" if best.compensation else "no",
            "zoo.judged_on": self.judged_on,
            "zoo.tried": json.dumps([asdict(way) for way in self.tried]),
        }


@dataclass(frozen=True)
class _Trial:
    way: Way
    start: Prepared
    graph: Graph


def choose(
    graph: Graph,
    scheme: Scheme,
    calibration: Iterable[Feeds],
    contract: Contract,
    options: QuantizeOptions,
    threads: int,
) -> Chosen:
    """Return the best candidate for the contract's outputs; raises QuantizeError like `prepare`.

    The judging samples are the options' held-out ones, or the first of calibration.
    """
    ready = made_ready(graph, scheme)
    forms = list(_forms(ready, scheme, calibration, threads))
    judge = _Judge.of(ready, options.held_out or forms[0][1].first, contract, threads)
    trials = []
    filled = [fill(form, own, scheme) for form, own in forms]
    for calibrator, index in _candidates(len(filled)):
        network, own = filled[index]
        start = fit_grids(network, scheme, own, contract, calibrator)
        placed = place(start.graph, start.grids, scheme)
        way = Way(calibrator, index > 0, False, False, judge.loss(placed))
        trials.append(_Trial(way, start, placed))
        form = ", equalised" if index else ""
        report(f"calibration by {calibrator}{form}: 4th-power loss {way.loss:g}")
    if options.correct_bias:
        trials += [_corrected(trial, judge, threads) for trial in _best_of_each_form(trials)]
    trials.sort(key=_loss)
    where = "held out" if options.held_out else "of calibration"
    tried = tuple(trial.way for trial in trials)
    return Chosen(trials[0].start, trials[0].graph, tried, f"{judge.count} samples {where}")


def _forms(
    graph: Graph, scheme: Scheme, calibration: Iterable[Feeds], threads: int
) -> Iterator[tuple[Graph, Calibration]]:
    """Yield the graph with its calibration, and its equalised form if it has one."""
    tensors = [pair.node.output for pair in equalizable(open_clamps(graph, {}))]
    seen = calibrate(graph, calibration, KEPT, threads, tensors)
    yield graph, seen
    largest = {name: histogram.high for name, histogram in seen.histograms.items()}
    balanced = balance(open_clamps(graph, largest), seen.channels, scheme)
    if balanced.divisors:
        yield balanced.graph, divided(graph, seen, balanced.divisors, threads)


def _loss(trial: _Trial) -> float:
    return trial.way.loss


def _candidates(forms: int) -> list[tuple[str, int]]:
    """Return calibrators, each with the index of its form: as it is, equalised."""
    if forms == 1:
        return [(name, 0) for name in CALIBRATORS]
    return [*((name, 1) for name in CALIBRATORS), (_AS_IS, 0)]


def _best_of_each_form(trials: Sequence[_Trial]) -> list[_Trial]:
    forms = sorted({trial.way.equalized for trial in trials})
    return [min((t for t in trials if t.way.equalized == form), key=_loss) for form in forms]


def _corrected(trial: _Trial, judge: "_Judge", threads: int) -> _Trial:
    start = trial.start
    graph = correct_biases(start.graph, trial.graph, start.seen.first, threads, start.scheme)
    way = replace(trial.way, bias_correction=True, compensation=True, loss=judge.loss(graph))
    form = ", equalised" if way.equalized else ""
    how = f"{way.calibrator}{form}, weights compensated, biases corrected"
    report(f"calibration by {how}: 4th-power loss {way.loss:g}")
    return replace(trial, way=way, graph=graph)


@dataclass(frozen=True)
class _Judge:
    """Samples and the float network's results. wanted: outputs by name, [N, ...]."""

    samples: Sequence[Feeds]
    wanted: Mapping[str, NDArray[Any]]
    threads: int

    @classmethod
    def of(
        cls, graph: Graph, samples: Sequence[Feeds], contract: Contract, threads: int
    ) -> "_Judge":
        named = [spec.name for spec in contract.outputs if spec.name in graph.outputs]
        batches, count = [], 0
        for batch in small_batches(graph, samples):
            count += len(batch[graph.inputs[0]])
            batches.append(batch)
            if count >= _JUDGING:
                break
        return cls(batches, _run(graph, named or graph.outputs, batches, threads), threads)

    @property
    def count(self) -> int:
        return len(next(iter(self.wanted.values())))

    def loss(self, graph: Graph) -> float:
        """Return the mean loss over the outputs to four digits, on which processors agree."""
        found = _run(graph, list(self.wanted), self.samples, self.threads)
        losses = [relative_loss(self.wanted[name], found[name], _POWER) for name in self.wanted]
        return float(f"{np.mean(losses):.4g}")


def _run(
    graph: Graph, names: Sequence[str], samples: Sequence[Feeds], threads: int
) -> dict[str, NDArray[Any]]:
    session = FloatSession(graph, names, threads)
    runs = [session.run(batch) for batch in samples]
    return {name: np.concatenate([run[name] for run in runs]) for name in names}
