"""Proof that each step from float to app computes what the step before it computes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo import registry
from zoo.artifact import Exactness
from zoo.bundle import Bundle
from zoo.certificate import Check
from zoo.contract import Contract
from zoo.pictures import read_picture
from zoo.plan import FLOAT_SCHEMES
from zoo.plugs import AppRun
from zoo.recipe import GoldenInput
from zoo.step import Frame
from zoo.steps.run import postprocess, preprocess

__all__ = ["Evidence", "bundled_evidence", "compare", "golden_frames", "prove"]

Outputs = Mapping[str, NDArray[Any]]

FLOAT_EXACTNESS = Exactness(
    1e-4, "relative", "float32 sums in another order; measured differences are below 1e-5"
)
HUB_EXACTNESS = Exactness(
    3,
    "lsb",
    "ONNX Runtime requantizes in float32, the reference in exact integers: a value that falls "
    "between two integers may go either way, and later layers pass it on",
)
APP_EXACTNESS = Exactness(
    0, "relative", "the app feeds the same bytes to the same runtime on one thread"
)
POST_EXACTNESS = Exactness(
    1e-3, "pixel or degree", "the app prints three decimals and computes in double"
)


@dataclass(frozen=True)
class Evidence:
    """The files that are compared. `program` is None where the app cannot run here.

    float_hub, hub: ONNX.  folder, main: the artifact.  executor, app: names of plugins.
    quantization_bound: largest allowed loss by quantization, relative to the output's magnitude.
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


def prove(evidence: Evidence) -> Iterator[Check]:
    """Run the golden inputs through every form of the network; yield a check per step."""
    frames = golden_frames(evidence.contract, evidence.golden)
    scales = _output_scales(evidence) if evidence.is_quantized else {}

    trained = _run("onnxruntime-unoptimized", evidence.float_hub, evidence, frames)
    reference = _run("reference", evidence.float_hub, evidence, frames)
    yield compare("float hub -> float reference", trained, reference, FLOAT_EXACTNESS)

    if evidence.is_quantized:
        integer = _run("reference", evidence.hub, evidence, frames)
        loss = Exactness(evidence.quantization_bound, "relative", "what 8-bit integers may lose")
        yield compare("float reference -> integer reference", reference, integer, loss)
        hub = _run("onnxruntime-unoptimized", evidence.hub, evidence, frames)
        yield compare("integer reference -> hub", integer, hub, HUB_EXACTNESS, scales)
        reference = integer

    artifact = _run(evidence.executor, evidence.folder / evidence.main, evidence, frames)
    step = f"{'integer' if evidence.is_quantized else 'float'} reference -> artifact"
    yield compare(step, reference, artifact, evidence.exactness, scales)

    if evidence.program is not None:
        runs = _run_app(evidence, evidence.program)
        found = [run.outputs for run in runs]
        yield compare("artifact -> app", artifact, found, APP_EXACTNESS)
        expected = [
            postprocess(evidence.contract, run.outputs, frame)
            for run, frame in zip(runs, frames, strict=True)
        ]
        records = [_values(run.record) for run in runs]
        yield compare("post-processing -> app's record", expected, records, POST_EXACTNESS)


def golden_frames(contract: Contract, golden: Sequence[GoldenInput]) -> list[Frame]:
    """Return the pre-processed golden inputs."""
    return [preprocess(contract, read_picture(g.image), g.box) for g in golden]


def compare(
    step: str,
    expected: Sequence[Outputs],
    found: Sequence[Outputs],
    exactness: Exactness,
    scales: Mapping[str, float] | None = None,
) -> Check:
    """Return the check of one step over all golden inputs.

    Differences are in the unit of `exactness`: divided by the output's scale for 'lsb', by the
    largest magnitude of that output over all expected values for 'relative', else plain.
    """
    differences = []
    for name in expected[0]:
        wanted = np.stack([np.asarray(outputs[name], np.float64) for outputs in expected])
        got = np.stack([np.asarray(outputs[name], np.float64) for outputs in found])
        unit = _unit(exactness.unit, name, wanted, scales or {})
        differences.append((np.abs(wanted - got) / unit).ravel())
    every = np.concatenate(differences)
    largest, mean = float(every.max()), float(every.mean())
    return Check(
        step=step,
        unit=exactness.unit,
        largest=round(largest, 6),
        mean=round(mean, 6),
        bound=exactness.bound,
        values=every.size,
        why=exactness.why,
    )


def _unit(unit: str, name: str, wanted: NDArray[np.float64], scales: Mapping[str, float]) -> float:
    if unit == "lsb":
        return scales[name]
    if unit == "relative":
        return float(np.abs(wanted).max()) or 1.0
    return 1.0


def _run(executor: str, file: Path, evidence: Evidence, frames: Sequence[Frame]) -> list[Outputs]:
    run = registry.load("executor", executor).load(file.parent, file.name)
    name = evidence.contract.input.name
    batches = [frame.input_chw for frame in frames]
    return [run({name: batch[np.newaxis]}) for batch in batches if batch is not None]


def _run_app(evidence: Evidence, program: Path) -> list[AppRun]:
    app = registry.load("app", evidence.app)
    artifact = evidence.folder / evidence.main
    return [app.run(program, artifact, golden) for golden in evidence.golden]


def _values(record: Mapping[str, Any]) -> Outputs:
    """Return the numbers of an app's JSON record by name."""
    values = record["values"]
    return {name: np.asarray(values[name], np.float64) for name in values}


def _output_scales(evidence: Evidence) -> Mapping[str, float]:
    graph = registry.load("format", "onnx").read(evidence.hub.read_bytes(), str(evidence.hub))
    scales = {}
    for name in graph.outputs:
        node = graph.producer(name)
        tensor = graph.tensors[node.inputs[0]] if node else None
        if tensor is not None and tensor.quantization is not None:
            scales[name] = max(tensor.quantization.scale)
    return scales


def bundled_evidence(bundle: Bundle) -> Evidence:
    """Return what an unpacked bundle holds, to be proven again."""
    manifest = bundle.manifest
    artifact = manifest.artifacts[0]
    main = bundle.folder / artifact.main
    return Evidence(
        contract=bundle.contract,
        golden=bundle.golden,
        float_hub=bundle.folder / artifact.float_hub,
        hub=bundle.folder / artifact.hub,
        folder=main.parent,
        main=main.name,
        exactness=artifact.exactness,
        executor=manifest.executor,
        app=manifest.app,
        program=bundle.folder / manifest.program,
        is_quantized=manifest.models[0].scheme not in FLOAT_SCHEMES,
        quantization_bound=artifact.quantization_bound,
    )
