"""From measurements to a ranked list of findings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from zoo.diagnosis.domain import Distance
from zoo.diagnosis.finding import Finding
from zoo.diagnosis.jitter import Jitter
from zoo.diagnosis.normalization import Scaling
from zoo.diagnosis.sensitivity import Sensitivity
from zoo.diagnosis.tensors import TensorFacts

__all__ = [
    "dead_channels",
    "few_pictures",
    "jitter_faults",
    "layer_faults",
    "mislabelled_scaling",
    "other_functions",
    "other_pictures",
    "ranked",
    "wrong_contract",
    "wrong_scaling",
]

HEALTHY = 0.02
"""Loss at the outputs below which no layer is called faulty: noise is 0.16 % of the variance."""

_OWN_LOSS, _SHARE = 0.01, 0.1
"""What a layer must lose, and its share of the whole, to be named."""
_RATIO = 16.0
"""Of channels' ranges: the median channel is left with half of the 8 bits."""
_UNUSED_BITS = 2.0
_CLIPPED = 0.5
"""Part of a tensor's own rounding error that is clipping."""
_WORSE = 1.5
"""Loss on other pictures over that on calibration pictures."""
_NEWLY_CLIPPED = 0.01
_TIMES = 1.5
"""Jitter over that of the float network."""
_MOST = 10

_FINER = "give it 16 bits or leave it in float where the target allows, or train (--quant qat)"


def ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings, the weightiest first."""
    return tuple(sorted(findings, key=lambda finding: -finding.weight))


def wrong_contract(model: str, recorded: str, given: str) -> Finding:
    """Return the finding of a contract that differs from the one in the network's file."""
    return Finding(
        kind="wrong normalisation",
        where="contract",
        measured=f"{model}: the network's file records {recorded}, the contract has {given}",
        remedy=f"write {recorded} in the contract",
        weight=4.0,
    )


def wrong_scaling(own: Scaling, best: Scaling) -> Finding:
    """Return the finding of pixels that hardly change anything in the network."""
    return Finding(
        kind="wrong normalisation",
        where="contract",
        measured=(
            f"with {own.step} pictures hardly change what the first layers compute: the mean of a "
            f"channel's sums is {own.stuck:.3g} times their deviation; with {best.name} it would "
            f"be {best.stuck:.2g} times"
        ),
        remedy=f"check mean and std against the training code; {best.step} fits better",
        weight=4.0,
        facts={"mean_over_deviation": own.stuck, "better": best.step},
    )


def mislabelled_scaling(
    metric: str, own: Scaling, value: float, best: Scaling, better: float
) -> Finding:
    """Return the finding of pixels with which labels are met worse than with others."""
    return Finding(
        kind="wrong normalisation",
        where="contract",
        measured=(
            f"with {own.step} the float network's {metric} is {value:.4g}, with {best.name} it is "
            f"{better:.4g}"
        ),
        remedy=f"check mean and std against the training code; {best.step} is better",
        weight=5.0,
        facts={metric: value, "better": best.step, f"better_{metric}": better},
    )


def other_pictures(
    found: Distance, seen: float, unseen: float, tensors: Sequence[TensorFacts]
) -> Iterator[Finding]:
    """Yield the finding that calibration saw pictures of another kind.

    seen, unseen: loss on calibration pictures, and on the others.
    """
    clipped = [t for t in tensors if t.clipped_share > _NEWLY_CLIPPED]
    matters = unseen > HEALTHY and (unseen > _WORSE * seen or clipped)
    if not (found.is_significant and matters):
        return
    yield Finding(
        kind="other pictures than in calibration",
        where="calibration pictures",
        measured=(
            f"the {found.of} of '{found.tensor}' on a picture has another distribution: "
            f"Kolmogorov-Smirnov statistic {found.statistic:.2f}, {found.critical:.2f} is chance; "
            f"so have {found.beyond} of {found.tensors} tensors. Loss {unseen:.3g}, "
            f"{seen:.3g} on calibration pictures"
        ),
        remedy="calibrate with pictures like these (--calib), or check how both are cropped",
        weight=2 + found.statistic,
        facts={
            "kolmogorov_smirnov": found.statistic,
            "critical": found.critical,
            "tensor": found.tensor,
            "loss_on_calibration": seen,
            "loss": unseen,
        },
    )


def few_pictures(
    count: int, found: Distance, seen: float, unseen: float, spread_bits: float
) -> Iterator[Finding]:
    """Yield the finding that there were too few calibration pictures of the right kind.

    spread_bits: by how much both halves of them differ in range.
    """
    if found.is_significant or unseen <= max(HEALTHY, _WORSE * seen):
        return
    yield Finding(
        kind="too few calibration pictures",
        where="calibration pictures",
        measured=(
            f"{count} pictures: loss {seen:.3g} on them, {unseen:.3g} on others of the same kind; "
            f"the ranges of their two halves differ by {spread_bits:.2g} bits in the median tensor"
        ),
        remedy="calibrate with a few hundred (--calib, --calib-count)",
        weight=2.0,
        facts={
            "count": count,
            "loss_on_calibration": seen,
            "loss": unseen,
            "halves_differ_bits": spread_bits,
        },
    )


def other_functions(unrounded: float, scheme: str) -> Iterator[Finding]:
    """Yield the finding of functions that the chip computes otherwise. unrounded: their loss."""
    if unrounded < _OWN_LOSS:
        return
    yield Finding(
        kind="functions that the chip approximates",
        where=f"scheme {scheme}",
        measured=f"with nothing rounded the network that the chip computes loses {unrounded:.3g}",
        remedy="train with them (--quant qat), or use ops that the chip has (zoo show MODEL "
        "--target T)",
        weight=1.0,
        facts={"loss": unrounded},
    )


def layer_faults(
    loss: float, parts: Sequence[Sensitivity], tensors: Sequence[TensorFacts]
) -> Iterator[Finding]:
    """Yield the parts that lose most, each with the reason. loss: at the outputs, of all."""
    if loss < HEALTHY:
        return
    facts = {tensor.tensor: tensor for tensor in tensors}
    named = [one for one in parts if one.share >= _SHARE and _own(one, loss) >= _OWN_LOSS]
    for one in named[:_MOST]:
        yield (
            _of_values(one, facts[one.part.tensors[0]])
            if one.part.kind == "values"
            else (_of_weights(one))
        )


def _own(one: Sensitivity, loss: float) -> float:
    return max(one.alone, loss - one.left_in_float)


def _of_values(one: Sensitivity, tensor: TensorFacts) -> Finding:
    channel = f"channel {tensor.widest} of {tensor.channels}"
    if tensor.clipped_noise > _CLIPPED:
        kind = "clipped range"
        said = f"{100 * tensor.clipped_share:.2g} % of its values are outside of its grid"
        remedy = "more or other calibration pictures, or a wider range (--calibrator minmax)"
    elif tensor.channel_ratio >= _RATIO:
        kind = "outlier channel"
        said = f"{channel} has {tensor.channel_ratio:.3g} times the range of the median one"
        remedy = f"equalisation (--calibrator auto), --quant qat, or {_FINER}"
    elif tensor.bits - tensor.used_bits >= _UNUSED_BITS:
        kind = "wasted range"
        said = f"its values use {tensor.used_bits:.2g} of {tensor.bits} bits"
        remedy = "a narrower range (--calibrator mse or percentile)"
    else:
        kind = "coarse values"
        said = f"{tensor.bits} bits, evenly used"
        remedy = _FINER
    return _layer_finding(kind, one, f"'{tensor.tensor}': {said}", remedy, tensor.tensor)


def _of_weights(one: Sensitivity) -> Finding:
    if one.row_ratio >= _RATIO:
        said = f"row {one.widest} has {one.row_ratio:.3g} times the range of the median one"
        remedy = "equalisation (--calibrator auto), a scheme with a scale per channel, or qat"
        return _layer_finding("outlier channel", one, said, remedy, one.part.tensors[0])
    said = f"{one.bits} bits for all rows"
    return _layer_finding("coarse weights", one, said, _FINER, one.part.tensors[0])


def _layer_finding(kind: str, one: Sensitivity, said: str, remedy: str, tensor: str) -> Finding:
    return Finding(
        kind=kind,
        where=one.part.name,
        measured=(
            f"{said}; rounded alone it loses {one.alone:.3g}, left in float "
            f"{one.left_in_float:.3g} remain"
        ),
        remedy=remedy,
        weight=one.share,
        facts={"tensor": tensor, "alone": one.alone, "left_in_float": one.left_in_float},
    )


def jitter_faults(found: Mapping[str, Jitter]) -> Iterator[Finding]:
    """Yield the outputs that jump more than the float network's."""
    for name, jitter in found.items():
        if jitter.integer_network < max(HEALTHY, _TIMES * jitter.float_network):
            continue
        yield Finding(
            kind="jitter",
            where=f"output '{name}'",
            measured=(
                f"noise of a camera moves it by {jitter.integer_network:.2g} of its spread, "
                f"{jitter.float_network:.2g} in float"
            ),
            remedy="16 bits for the last layers where the target allows, or a filter over time",
            weight=min(jitter.integer_network * 10, 1.0),
            facts={"integers": jitter.integer_network, "floats": jitter.float_network},
        )


def dead_channels(tensors: Sequence[TensorFacts]) -> Iterator[Finding]:
    """Yield one finding about all channels that no picture changes."""
    dead = [tensor for tensor in tensors if tensor.dead]
    if not dead:
        return
    most = max(dead, key=lambda tensor: len(tensor.dead))
    total = sum(len(tensor.dead) for tensor in dead)
    shown = ", ".join(map(str, most.dead[:8])) + (", ..." if len(most.dead) > 8 else "")
    yield Finding(
        kind="dead channels",
        where=f"values of {most.node}",
        measured=(
            f"{len(most.dead)} of {most.channels} channels ({shown}) of '{most.tensor}' are the "
            f"same on all pictures; {total} in {len(dead)} layers"
        ),
        remedy="they cost time, not accuracy: remove them with zoo prune, or train it longer",
        weight=0.0,
        facts={tensor.tensor: list(tensor.dead) for tensor in dead},
    )
