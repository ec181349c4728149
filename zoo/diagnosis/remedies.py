"""Ways of quantizing a network that a build has, each with its loss on the same pictures."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from zoo import registry
from zoo.build.plan import Plan
from zoo.data.processing import input_batches
from zoo.diagnosis.case import Case
from zoo.diagnosis.diagnosis import Diagnosis
from zoo.diagnosis.output_loss import mean_loss
from zoo.errors import UsageError, ZooError
from zoo.graph import Graph
from zoo.plugs import Feeds, QuantizeOptions, Quantizer
from zoo.reporting import report
from zoo.scheme import Override, Scheme, exact_pattern

__all__ = ["Trial", "demand_tries", "try_remedies"]

_CALIBRATORS = ("auto", "minmax", "percentile", "mse")
_WIDE = 16
_WORST = (1, 2, 4, 8)
"""Layers whose values get 16 bits."""
_PTQ = "ptq"
_BATCH = 20


@dataclass(frozen=True)
class Trial:
    """A remedy and its loss. how: as options of `zoo build`, or in words.

    loss: mean over the outputs, None if it was refused.  why: it was.
    """

    how: str
    loss: float | None
    why: str = ""


@dataclass(frozen=True)
class _Way:
    how: str
    scheme: Scheme
    calibrator: str


def demand_tries(plan: Plan) -> None:
    """Raise UsageError for a plan that cannot be quantized in other ways."""
    if plan.calibration is None or plan.quant != _PTQ:
        raise UsageError(
            f"{plan.recipe.name}: --try quantizes again, by {_PTQ}: give the pictures for it with "
            "--calib DIR, and no other --quant"
        )


def try_remedies(case: Case, found: Diagnosis) -> tuple[Trial, ...]:
    """Return every way that was tried, the best first, then what was refused.

    All use the plan's calibration pictures, and are judged as the diagnosis was.
    """
    names = case.integers.outputs
    wanted = case.pictures.outputs(replace(case.floats, outputs=names))
    trials = [Trial("as diagnosed", found.loss)]
    for way in _ways(case, found):
        trials.append(_tried(case, way, wanted))
        last = trials[-1]
        report(f"tried {last.how}: {last.why or f'loss {last.loss:.3g}'}")
    done = sorted((t for t in trials if t.loss is not None), key=lambda t: t.loss or 0.0)
    return (*done, *(trial for trial in trials if trial.loss is None))


def _ways(case: Case, found: Diagnosis) -> Iterator[_Way]:
    plan, scheme = case.plan, case.plan.integers
    given = plan.calibrator or _CALIBRATORS[0]
    for name in _CALIBRATORS:
        if name != given:
            yield _Way(f"--calibrator {name}", scheme, name)
    for name in plan.target.accepts:
        if name != plan.scheme and name in registry.names("scheme"):
            own = plan.recipe.widths(registry.load("scheme", name))
            yield _Way(f"--scheme {name}", own, given)
    worst = [one.part.node for one in found.parts if one.part.kind == "values" and one.bits < _WIDE]
    known = {node.name for node in case.floats.nodes}
    inner = [node for node in worst if node in known]
    for count in _WORST:
        if count <= len(inner):
            wide = tuple(Override(exact_pattern(n), activation_bits=_WIDE) for n in inner[:count])
            own = replace(scheme, overrides=(*scheme.overrides, *wide))
            yield _Way(f"16 bits for the values of {', '.join(inner[:count])}", own, given)


def _tried(case: Case, way: _Way, wanted: Feeds) -> Trial:
    try:
        graph = _quantized(case, way)
        compiler = registry.load("compiler", case.plan.target.compiler)
        compiler.lower(graph, case.plan.target, way.scheme.name)
    except ZooError as error:
        return Trial(way.how, None, str(error))
    return Trial(way.how, mean_loss(wanted, case.pictures.outputs(graph)))


def _quantized(case: Case, way: _Way) -> Graph:
    plan, used, contract = case.plan, case.held_out, case.plan.recipe.contract
    judging = tuple(input_batches(contract, used.judging, _BATCH)) if used.is_apart else ()
    options = QuantizeOptions(held_out=judging, calibrator=way.calibrator)
    quantizer: Quantizer = registry.load("quantizer", plan.quantizer or plan.quant)
    samples = input_batches(contract, used.calibration, _BATCH)
    return quantizer.quantize(case.floats, way.scheme, samples, contract, options)
