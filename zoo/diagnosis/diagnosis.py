"""The diagnosis of an integer network: all measurements, and the findings that they give."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from zoo.contract import Contract
from zoo.diagnosis.case import Case
from zoo.diagnosis.domain import distance, range_spread_bits
from zoo.diagnosis.effect import Effect, effects
from zoo.diagnosis.find_faults import (
    dead_channels,
    few_pictures,
    jitter_faults,
    layer_faults,
    other_functions,
    other_pictures,
    ranked,
    wrong_contract,
    wrong_scaling,
)
from zoo.diagnosis.finding import Finding
from zoo.diagnosis.jitter import Jitter, measure_jitter
from zoo.diagnosis.labelled import Accuracy, compare_accuracy, scaling_by_labels
from zoo.diagnosis.normalization import better_scaling, scalings
from zoo.diagnosis.output_loss import losses, mean_loss
from zoo.diagnosis.real_form import RealForm, real_form
from zoo.diagnosis.runner import Runner, Values
from zoo.diagnosis.sensitivity import Sensitivity, measure_sensitivities
from zoo.diagnosis.tensors import TensorFacts, observe_tensors, picture_statistics
from zoo.reporting import report
from zoo.user_file import find_importer

__all__ = ["Diagnosis", "diagnose"]

_CONTRACT = "zoo.contract"
"""Metadata of a float hub (zoo.recipe.Recipe.hub_metadata)."""


@dataclass(frozen=True)
class Diagnosis:
    """What was measured on the pictures that `words` describes, and the findings, worst first.

    losses: zoo.proof.loss.relative_loss of each output.  loss: their mean.  on_calibration: that on
    calibration pictures, None for a network that was not calibrated here.  unrounded: the loss of
    the integer network with all of it left in float: of functions that the chip computes otherwise.
    parts: the one with the largest share of the loss first.  tensors: in execution order.
    """

    model: str
    target: str
    quantization: str
    scheme: str
    words: str
    losses: Mapping[str, float]
    loss: float
    on_calibration: float | None
    unrounded: float
    effects: tuple[Effect, ...]
    findings: tuple[Finding, ...]
    parts: tuple[Sensitivity, ...]
    tensors: tuple[TensorFacts, ...]
    jitter: Mapping[str, Jitter]
    accuracy: tuple[Accuracy, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the diagnosis as JSON types."""
        return asdict(self)


def diagnose(case: Case, data: Path | None = None) -> Diagnosis:
    """Measure a network and look for faults.

    data: labelled, to measure accuracy on, too.
    """
    form = real_form(case.integers, case.floats)
    wanted = _wanted(case, case.pictures)
    found = _outputs(form, case.pictures, rounded=True)
    loss, unrounded = mean_loss(wanted, found), _loss(case, form, case.pictures, rounded=False)
    report(f"loss {loss:.3g} on {case.words}")
    tensors = observe_tensors(form, case.pictures)
    report(f"looked at {len(tensors)} activations")
    jitter = measure_jitter(form, case.pictures, wanted)
    parts = measure_sensitivities(form, case.pictures, wanted, loss)
    seen = _loss(case, form, case.calibration, rounded=True) if case.calibration else None
    findings = (
        *_of_contract(case),
        *(scaling_by_labels(case, data) if data else ()),
        *_of_pictures(case, form, tensors, seen, loss),
        *other_functions(unrounded, case.plan.scheme),
        *layer_faults(loss, parts, tensors),
        *jitter_faults(jitter),
        *dead_channels(tensors),
    )
    return Diagnosis(
        model=case.plan.recipe.name,
        target=case.plan.target.name,
        quantization=case.plan.quant,
        scheme=case.plan.scheme,
        words=case.words,
        losses=losses(wanted, found),
        loss=loss,
        on_calibration=seen,
        unrounded=unrounded,
        effects=tuple(effects(case.plan.recipe.contract, case.pictures, wanted, found)),
        findings=ranked(findings),
        parts=parts,
        tensors=tensors,
        jitter=jitter,
        accuracy=compare_accuracy(case, data) if data else (),
    )


def _outputs(form: RealForm, runner: Runner, *, rounded: bool) -> Values:
    """Return the outputs of the integer network, or of the float one, by name."""
    values = runner.outputs(form.graph(form.parts if rounded else ()))
    return {name: values[form.reals[name]] for name in form.integers.outputs}


def _wanted(case: Case, runner: Runner) -> Values:
    """Return the float network's outputs that the integer one has, by name."""
    return runner.outputs(replace(case.floats, outputs=case.integers.outputs))


def _loss(case: Case, form: RealForm, runner: Runner, *, rounded: bool) -> float:
    return mean_loss(_wanted(case, runner), _outputs(form, runner, rounded=rounded))


def _of_contract(case: Case) -> Iterator[Finding]:
    contract, file = case.plan.recipe.contract, case.plan.float_hub
    recorded = find_importer(file).metadata(file).get(_CONTRACT)
    if recorded:
        own, given = (_scaling(c) for c in (Contract.from_json(recorded, str(file)), contract))
        if own != given:
            yield wrong_contract(file.name, own, given)
            return
    better = better_scaling(contract, case.floats, case.pictures)
    if better:
        yield wrong_scaling(*better)


def _scaling(contract: Contract) -> str:
    return next((scaling.step for scaling in scalings(contract)), "no 'normalize'")


def _of_pictures(
    case: Case,
    form: RealForm,
    tensors: Sequence[TensorFacts],
    seen: float | None,
    unseen: float,
) -> Iterator[Finding]:
    """Yield what is wrong with the calibration pictures. seen, unseen: loss on them, on others."""
    if case.calibration is None or seen is None:
        return
    names = [tensor.tensor for tensor in tensors]
    before = picture_statistics(form, case.calibration, names)
    found = distance(before, picture_statistics(form, case.pictures, names))
    yield from other_pictures(found, seen, unseen, tensors)
    count = len(case.held_out.calibration)
    yield from few_pictures(count, found, seen, unseen, range_spread_bits(before))
