"""Proof that each step from float to app computes the same as the step before it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zoo import registry
from zoo.artifact import Exactness, float_requantization
from zoo.contract import Contract
from zoo.data.processing import postprocess, preprocess, value_specs
from zoo.data.values import read_values
from zoo.graph import Graph
from zoo.graph_parts import FLOAT_TAIL
from zoo.picture import read_picture
from zoo.plugs import AppGenerator, Feeds
from zoo.proof.certificate import LOSS, Check
from zoo.proof.comparison import (
    Outputs,
    compare,
    in_unit,
    judging,
    least_units,
    output_scales,
)
from zoo.proof.loss import judged_records
from zoo.proof.op_proof import can_inspect, prove_ops, proven_exactness
from zoo.proof.other_forms import other_forms
from zoo.proof.source_check import check_source, random_inputs
from zoo.proof.tail_proof import prove_parts
from zoo.recipe import GoldenInput
from zoo.signal_file import read_signal
from zoo.step import Frame, Signal

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Evidence",
    "Proof",
    "app_exactness",
    "board_bound",
    "golden_frames",
    "post_exactness",
    "prove",
    "prove_app",
    "read_hub",
    "reference_step",
]

FLOAT_EXACTNESS = Exactness(
    1e-4, "relative", "float32 sums in another order; measured differences are below 1e-5"
)
_OTHER_FORM = Exactness(0, "lsb", "the same integers, computed by another form")
_HALF_STEP = 0.5
"""Of the outputs' integers: less is the rounding of reals, for the same integers."""

_POST_BOUND = 1e-3
_POST_WHY = "the app computes in double and rounds what it prints"
_PLACES = frozenset({"landmarks", "boxes"})
"""Values in pixels; angles in degrees come from them."""


@dataclass(frozen=True)
class Evidence:
    """The files that are compared. `program` is None if the app cannot run here.

    other_forms: titles of further forms to run (zoo.proof.other_forms).
    source: the model's own file, None if unavailable.  source_check: then, its earlier result.
    float_hub, hub: ONNX; the former is quantized if the user's file was.
    folder, main: the artifact.  executor, app: names of plugins.
    quantization_bound: maximum quantization loss, relative to the output's magnitude.
    """

    contract: Contract
    golden: Sequence[GoldenInput]
    float_hub: Path
    hub: Path
    folder: Path
    main: str
    exactness: Exactness
    executor: str
    app: str
    program: Path | None
    is_quantized: bool
    quantization_bound: float
    source: Path | None = None
    source_check: Check | None = None
    other_forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proof:
    """Checks in data flow order, and the artifact's expected outputs for each golden input.

    tolerances: maximum difference of each output, in the output's own unit.
    """

    checks: tuple[Check, ...]
    expected: tuple[Outputs, ...]
    tolerances: Mapping[str, float]


def prove(evidence: Evidence) -> Proof:
    """Run the golden inputs through every form of the network and compare neighbours."""
    frames = golden_frames(evidence.contract, evidence.golden)
    graph = read_hub(evidence.hub)
    scales = output_scales(graph)
    checks, reference = _prove_reference(evidence, frames, graph)
    checks = [*_prove_source(evidence, frames), *checks]
    form = _Form("artifact", evidence.executor, evidence.folder / evidence.main, evidence.exactness)
    found, artifact = _prove_form(form, evidence, frames, graph, reference)
    checks.extend(found)
    if FLOAT_TAIL in graph.metadata:
        file, feeds = evidence.folder / evidence.main, _feeds(evidence, frames)
        checks.extend(prove_parts(evidence.executor, file, graph, feeds, FLOAT_EXACTNESS))
    bound = board_bound(evidence.exactness, found[-1])
    checks.extend(_prove_other_forms(evidence, frames, graph, reference))
    if evidence.program is not None:
        checks.extend(prove_app(evidence, evidence.program, frames, artifact, graph, bound))
    unit, least = evidence.exactness.unit, least_units(graph)
    tolerances = {
        name: bound * in_unit(unit, name, [o[name] for o in reference], scales, least)
        for name in reference[0]
    }
    return Proof(tuple(checks), tuple(reference), tolerances)


@dataclass(frozen=True)
class _Form:
    """A file of the network that is compared with its reference.

    exactness: bound if its executor cannot expose each op.
    """

    name: str
    executor: str
    file: Path
    exactness: Exactness


def _prove_source(evidence: Evidence, frames: Sequence[Frame]) -> list[Check]:
    """Compare the model's file with the float hub, on golden and on random inputs."""
    if evidence.source is None:
        recorded = evidence.source_check
        return [replace(recorded, how="recorded")] if recorded else []
    name = evidence.contract.input.name
    golden = (feeds[name] for feeds in _feeds(evidence, frames))
    inputs = np.concatenate([*golden, random_inputs(evidence.contract)])
    return [check_source(evidence.source, evidence.float_hub, {name: inputs}, evidence.contract)]


def _prove_reference(
    evidence: Evidence, frames: Sequence[Frame], graph: Graph
) -> tuple[list[Check], list[Outputs]]:
    """Compare hubs and references; return the artifact's expected outputs."""
    given = read_hub(evidence.float_hub)
    checks, wanted = _prove_given(evidence, frames, given)
    if not evidence.is_quantized or graph == given:
        return checks, wanted
    recorded = list(judged_records(graph, evidence.quantization_bound, str(evidence.hub)))
    checks.extend(recorded)
    integer = _run("reference", evidence.hub, evidence, frames)
    if not any(check.step.startswith(LOSS) for check in recorded):  # no picture was held out
        loss = Exactness(evidence.quantization_bound, "relative", "what integers may lose")
        before = "integer reference of the file" if given.is_quantized else "float reference"
        step, spread = f"{before} -> integer reference", FLOAT_EXACTNESS.bound
        checks.append(compare(step, wanted, integer, loss, spread=spread))
    found = _prove_hub("hub", evidence.hub, evidence, frames, graph, integer)
    return [*checks, *found], integer


def _prove_given(
    evidence: Evidence, frames: Sequence[Frame], given: Graph
) -> tuple[list[Check], list[Outputs]]:
    """Compare the initial hub, float or quantized, with its reference."""
    hub = evidence.float_hub
    reference = _run("reference", hub, evidence, frames)
    if given.is_quantized:
        return _prove_hub("quantized file", hub, evidence, frames, given, reference), reference
    trained = _run("onnxruntime-unoptimized", hub, evidence, frames)
    step, least = "float hub -> float reference", least_units(given)
    check = compare(step, trained, reference, FLOAT_EXACTNESS, least=least)
    return [check], reference


def _prove_hub(
    name: str,
    hub: Path,
    evidence: Evidence,
    frames: Sequence[Frame],
    graph: Graph,
    integer: Sequence[Outputs],
) -> list[Check]:
    if FLOAT_TAIL in graph.metadata:
        outputs = _run("onnxruntime-unoptimized", hub, evidence, frames)
        step = f"integer reference -> {name}"
        return [compare(step, integer, outputs, FLOAT_EXACTNESS)]
    proven = proven_exactness(graph)
    exactness = float_requantization(graph) if proven.bound else proven
    form = _Form(name, "onnxruntime-unoptimized", hub, exactness)
    return _prove_form(form, evidence, frames, graph, integer)[0]


def _prove_form(
    form: _Form,
    evidence: Evidence,
    frames: Sequence[Frame],
    graph: Graph,
    reference: Sequence[Outputs],
) -> tuple[list[Check], list[Outputs]]:
    """Return the checks, with that of the outputs last, and the form's outputs."""
    outputs = _run(form.executor, form.file, evidence, frames)
    scales, exactness = output_scales(graph), form.exactness
    step = reference_step(form.name, evidence.is_quantized)
    checks = []
    if evidence.is_quantized and exactness.bound > 0 and can_inspect(form.executor):
        feeds = _feeds(evidence, frames)
        alone = prove_ops(f"{step}, each op alone", form.executor, form.file, graph, feeds)
        if alone is not None:
            checks.append(alone)
            exactness = proven_exactness(graph)
    judged, spread = judging(exactness, graph), form.exactness.bound
    least = least_units(graph)
    checks.append(compare(step, reference, outputs, judged, scales, spread=spread, least=least))
    return checks, outputs


def _prove_other_forms(
    evidence: Evidence, frames: Sequence[Frame], graph: Graph, reference: Sequence[Outputs]
) -> Iterator[Check]:
    file, executors = evidence.folder / evidence.main, other_forms(evidence.executor)
    for title in evidence.other_forms:
        form = _Form(title, executors[title], file, _OTHER_FORM)
        yield from _prove_form(form, evidence, frames, graph, reference)[0]


def board_bound(exactness: Exactness, found: Check) -> float:
    """Return another processor's tolerance: the bound, or twice a larger difference seen here."""
    return exactness.bound if found.largest <= exactness.bound else 2 * found.largest


def prove_app(
    evidence: Evidence,
    program: Path,
    frames: Sequence[Frame],
    artifact: Sequence[Outputs],
    graph: Graph,
    bound: float,
) -> Iterator[Check]:
    """Yield the checks of a program's outputs and records.

    artifact: its outputs for the frames.  bound: of another processor (`board_bound`).
    """
    app: AppGenerator = registry.load("app", evidence.app)
    runs = app.run(program, evidence.folder / evidence.main, evidence.golden)
    step = f"artifact -> app ({app.stand_in})" if app.stand_in else "artifact -> app"
    exactness = app_exactness(app, evidence, bound)
    judged, scales = judging(exactness, graph), output_scales(graph)
    outputs = [run.outputs for run in runs]
    least, spread = least_units(graph), exactness.bound
    yield compare(step, artifact, outputs, judged, scales, spread=spread, least=least)
    expected = [
        postprocess(evidence.contract, run.outputs, frame)
        for run, frame in zip(runs, frames, strict=True)
    ]
    specs = value_specs(evidence.contract)
    records = [read_values(run.record, specs) for run in runs]
    printed = post_exactness(evidence.contract)
    yield compare("post-processing -> app's record", expected, records, printed)


def post_exactness(contract: Contract) -> Exactness:
    """Return how exactly an app must print what Python computes from the same outputs."""
    is_placed = not _PLACES.isdisjoint(value_specs(contract))
    return Exactness(_POST_BOUND, "pixel or degree" if is_placed else "printed unit", _POST_WHY)


def app_exactness(app: AppGenerator, evidence: Evidence, board_bound: float) -> Exactness:
    """Return how exactly an app must repeat its artifact. board_bound: of another processor."""
    if not app.stand_in:
        same = "the app feeds the same bytes to the same runtime on one thread"
        return Exactness(0, "lsb" if evidence.is_quantized else "relative", same)
    if not evidence.is_quantized:
        why = f"float32 sums in another order in the {app.stand_in}"
        return Exactness(FLOAT_EXACTNESS.bound, "relative", why)
    if app.stand_in_differs:
        unit = evidence.exactness.unit
        return Exactness(board_bound, unit, f"{app.stand_in_differs} in the {app.stand_in}")
    why = f"the app feeds the same integers to the {app.stand_in}"
    of_reals = evidence.exactness
    if of_reals.unit == "lsb" and 0 < of_reals.bound < _HALF_STEP:
        return Exactness(of_reals.bound, "lsb", f"{why}; {of_reals.why}")
    return Exactness(0, "lsb", why)


def golden_frames(contract: Contract, golden: Sequence[GoldenInput]) -> list[Frame]:
    """Return the pre-processed golden inputs."""
    return [preprocess(contract, _read(contract, g), g.box) for g in golden]


def _read(contract: Contract, golden: GoldenInput) -> "NDArray[np.uint8] | Signal":
    if contract.signal is not None:
        return read_signal(golden.image, contract.signal)
    return read_picture(golden.image)


def _run(executor: str, file: Path, evidence: Evidence, frames: Sequence[Frame]) -> list[Outputs]:
    """Return the outputs of each frame, without the batch."""
    run = registry.load("executor", executor).load(file.parent, file.name)
    batches = map(run, _feeds(evidence, frames))
    return [{output: values[0] for output, values in batch.items()} for batch in batches]


def _feeds(evidence: Evidence, frames: Sequence[Frame]) -> list[Feeds]:
    """Return a network's feeds for each frame, in a batch of one."""
    name = evidence.contract.input.name
    inputs = [frame.input_chw for frame in frames if frame.input_chw is not None]
    return [{name: input_chw[np.newaxis]} for input_chw in inputs]


def reference_step(form: str, is_quantized: bool) -> str:
    """Return the step that compares a form of the network with its reference."""
    return f"{'integer' if is_quantized else 'float'} reference -> {form}"


def read_hub(hub: Path) -> Graph:
    """Return a hub as a Graph; raises HubError."""
    graph: Graph = registry.load("format", "onnx").read(hub.read_bytes(), str(hub))
    return graph
