"""quantize: from the float hub to the hub that is deployed."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo import registry
from zoo.build.calibration_record import write_calibration
from zoo.build.limits import NO_LIMITS
from zoo.build.network import check_contract
from zoo.build.plan import Plan
from zoo.build.time_limit import demand_in_time
from zoo.capability import demand_capable
from zoo.counted import counted
from zoo.data.held_out import HeldOut, hold_out
from zoo.data.pictures import (
    calibration_pictures,
    count_note,
    labelled_pictures,
    region_note,
)
from zoo.errors import DataError, RecipeError
from zoo.graph import Graph
from zoo.graph_parts import front_and_tail, joined
from zoo.picture import Picture
from zoo.plugs import Feeds, QuantizeOptions
from zoo.proof.certificate import LOSS, Check, record_checks, recorded_checks
from zoo.proof.loss import Networks, loss_checks, metric_check
from zoo.proof.lost_boxes import finds_boxes, lost_boxes_check
from zoo.provenance.used import recording
from zoo.scheme import OWN_INTEGERS, Scheme
from zoo.training import FitOptions

if TYPE_CHECKING:
    from zoo.diagnosis.mixed_widths import MixedWidths

_BATCH = 20
_PTQ = "ptq"
_JUDGED = 50
"""Pictures that choose between bit widths."""


def run(plan: Plan, needs: Mapping[str, Path], out: Path) -> None:
    """Write hub.onnx: the given hub itself, the published integer one, or a new one.

    calibration.json describes how a new one was made; for others it has only notes.
    """
    onnx = registry.load("format", "onnx")
    notes = _given_notes(plan)
    write_calibration(out, {"notes": notes} if notes else {})
    float_hub = needs["hub"] / "float.onnx"
    if plan.is_float or plan.keeps_integers:
        content = float_hub.read_bytes()
        if plan.limits != NO_LIMITS:
            demand_in_time(plan, onnx.read(content, str(float_hub)))
        (out / "hub.onnx").write_bytes(content)
        return
    if plan.quant_hub is not None:
        graph = _published(plan, plan.quant_hub)
        demand_in_time(plan, graph)
        (out / "hub.onnx").write_bytes(onnx.write(graph))
        return
    pictures = _pictures(plan)
    floats = onnx.read(float_hub.read_bytes(), str(float_hub))
    mixed = None if plan.limits == NO_LIMITS else _mixed(plan, floats, pictures)
    if mixed and not plan.trains:
        graph = mixed.graph
    else:
        scheme = mixed.scheme if mixed else plan.integers
        graph = _quantized(plan, floats, pictures, _options(plan, pictures), scheme)
        if mixed:
            _demand_loss(plan, floats, pictures, graph, mixed)
    (out / "hub.onnx").write_bytes(onnx.write(graph))
    checks = tuple(_losses(plan, Networks(float_hub, out / "hub.onnx"), graph, pictures))
    known = recorded_checks(graph.metadata, str(float_hub))
    recorded = replace(graph, metadata={**graph.metadata, **record_checks(*known, *checks)})
    (out / "hub.onnx").write_bytes(onnx.write(recorded))
    if checks:
        write_calibration(out, _facts(plan, graph, pictures, checks, mixed))


def _given_notes(plan: Plan) -> list[str]:
    """Return a note on what happened to an already quantized file's integers."""
    if plan.quant != OWN_INTEGERS:
        return []
    start = f"{plan.float_hub.name} is already quantized"
    if plan.keeps_integers:
        unused = "; the pictures in --calib were not used" if plan.calibration else ""
        return [f"{start}: its own integers were kept{unused}"]
    how = "using the pictures in --calib" if plan.calibration else "using the file's own ranges"
    return [f"{start}, but not with {plan.scheme}: it was requantized, {how}"]


def _published(plan: Plan, hub: Path) -> Graph:
    graph: Graph = registry.load("format", "onnx").read(hub.read_bytes(), str(hub))
    check_contract(graph, plan.recipe)
    scheme = graph.metadata.get("zoo.scheme", "unknown")
    if scheme != plan.scheme:
        raise RecipeError(
            f"{hub}: is quantized with scheme '{scheme}', {plan.target.name} needs "
            f"'{plan.scheme}'; give images with --calib DIR to quantize the float hub"
        )
    return graph


def _pictures(plan: Plan) -> HeldOut:
    if plan.calibration is None and plan.quant == OWN_INTEGERS:
        return hold_out(())
    if plan.calibration is None:
        raise RecipeError(f"{plan.recipe.name}: give images for calibration with --calib DIR")
    return hold_out(calibration_pictures(plan.recipe, plan.calibration, plan.calibration_count))


def _mixed(plan: Plan, graph: Graph, pictures: HeldOut) -> "MixedWidths":
    """Return the bit widths that keep the limits, found by post-training quantization."""
    from zoo.build.width_choice import choose_widths

    plan = replace(plan, quant=_PTQ)
    judging = _width_judging(plan, pictures)
    one = replace(pictures, calibration=pictures.calibration[:1])
    careless = QuantizeOptions(calibrator="minmax", correct_bias=False)
    return choose_widths(
        plan,
        graph,
        judging,
        partial(_quantized, plan, graph, pictures, _options(plan, pictures)),
        partial(_quantized, replace(plan, quantizer=""), graph, one, careless),
    )


def _demand_loss(
    plan: Plan, floats: Graph, pictures: HeldOut, trained: Graph, mixed: "MixedWidths"
) -> None:
    from zoo.build.width_choice import demand_loss

    demand_loss(plan, floats, _width_judging(plan, pictures), trained, mixed)


def _width_judging(plan: Plan, pictures: HeldOut) -> Feeds:
    """Return the pictures that choose between bit widths, as one batch."""
    return next(_batches(plan, pictures.judging[:_JUDGED], _JUDGED))


def _quantized(
    plan: Plan, graph: Graph, pictures: HeldOut, options: QuantizeOptions, scheme: Scheme
) -> Graph:
    """Return the integer graph; on a board with a `cpu_tail`, its end stays float."""
    if not plan.target.cpu_tail:
        with recording():  # it only refuses: another compiler needs no other integers
            demand_capable(graph, plan.target, scheme)
        return _integers(plan, graph, pictures, options, scheme)
    compiler = registry.load("compiler", plan.target.compiler)
    front, tail = front_and_tail(graph, compiler.cut(graph, plan.target))
    return joined(_integers(plan, front, pictures, options, scheme), tail, graph.outputs)


def _integers(
    plan: Plan, graph: Graph, pictures: HeldOut, options: QuantizeOptions, scheme: Scheme
) -> Graph:
    quantized: Graph = registry.load("quantizer", plan.quantizer or plan.quant).quantize(
        graph,
        scheme,
        _batches(plan, pictures.calibration),
        plan.recipe.contract,
        options,
    )
    return quantized


def _options(plan: Plan, pictures: HeldOut) -> QuantizeOptions:
    options = QuantizeOptions(
        held_out=tuple(_batches(plan, pictures.judging)) if pictures.is_apart else (),
        fit=_fit(plan),
        epochs=plan.epochs,
        seed=plan.seed,
    )
    return replace(options, calibrator=plan.calibrator) if plan.calibrator else options


def _losses(plan: Plan, networks: Networks, graph: Graph, pictures: HeldOut) -> Iterator[Check]:
    samples = list(_batches(plan, pictures.judging, 1))
    if not samples:
        return
    words = _judged_on(plan, pictures)
    by_labels = _metric(plan, networks, pictures)
    for check in loss_checks(networks, graph, samples, words):
        yield replace(check, bound=None) if by_labels else check
    if by_labels:
        yield by_labels
    elif finds_boxes(plan.recipe.contract):
        boxes = _lost_boxes(plan, networks, pictures, words)
        if boxes:
            yield boxes


def _lost_boxes(plan: Plan, networks: Networks, pictures: HeldOut, words: str) -> Check | None:
    return lost_boxes_check(plan.recipe.contract, *networks.runs, pictures.judging, words)


def _metric(plan: Plan, networks: Networks, pictures: HeldOut) -> Check | None:
    """Return the check with the recipe's own metric, None without one or without labels."""
    recipe, data = plan.recipe, plan.calibration
    if not (recipe.metric and data and labelled_pictures(recipe, data)):
        return None
    photos = {picture.path for picture in pictures.judging}
    try:
        return metric_check(networks, recipe, data, photos, _judged_on(plan, pictures))
    except DataError:  # other labels, such as landmarks for a detector
        return None


def _judged_on(plan: Plan, pictures: HeldOut) -> str:
    if _fit(plan) is not None:
        return f"{counted(len(pictures.judging), 'picture')} that the recipe's training has seen"
    return pictures.words


def _facts(
    plan: Plan,
    graph: Graph,
    pictures: HeldOut,
    checks: Sequence[Check],
    mixed: "MixedWidths | None",
) -> dict[str, object]:
    count = len({*pictures.calibration, *pictures.judging})
    notes = (count_note(count), region_note(plan.recipe.contract, pictures.judging))
    said = {key.removeprefix("zoo."): value for key, value in graph.metadata.items()}
    told = (
        "calibrator",
        "equalization",
        "bias_correction",
        "compensation",
        "judged_on",
        "calibration_count",
    )
    choice = [f"{mixed.words}{', before training' if plan.trains else ''}"] if mixed else []
    return {
        **{key: said[key] for key in told if key in said},
        "tried": json.loads(said.get("tried", "[]")),
        "notes": [*_given_notes(plan), *choice, *_loss_note(checks), *filter(None, notes)],
        **({"mixed_widths": mixed.to_json()} if mixed else {}),
    }


def _loss_note(checks: Sequence[Check]) -> Iterator[str]:
    """Yield the decisive loss, the largest of several outputs, as text."""
    judging = [check for check in checks if check.bound is not None]
    if judging:
        worst = max(judging, key=lambda check: check.largest)
        where = worst.step.removeprefix(f"{LOSS}, ")
        yield f"lost by quantization: {where}: {worst.largest:.3g} {worst.unit}"


def _fit(plan: Plan) -> Callable[[Any, Any], None] | None:
    """Return the recipe's own training, if it has one and the images have its labels."""
    recipe, data = plan.recipe, plan.calibration
    if not (plan.trains and recipe.fit and data and labelled_pictures(recipe, data)):
        return None
    options = FitOptions(data, plan.epochs, plan.seed)

    def fit(module: Any, float_module: Any) -> None:  # noqa: ANN401 (torch is not loaded here)
        registry.resolve(recipe.fit)(recipe.as_registered, module, float_module, options)

    return fit


def _batches(plan: Plan, pictures: Sequence[Picture], size: int = _BATCH) -> Iterator[Feeds]:
    from zoo.data.processing import input_batches

    return input_batches(plan.recipe.contract, pictures, size)
