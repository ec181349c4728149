"""verify: prove every step from float to app on the golden inputs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from zoo.build.calibration_record import quantization_notes, read_calibration
from zoo.build.plan import Plan
from zoo.build.program_path import program_path
from zoo.build.stage import needs_of_detector
from zoo.build.stages.compile import app_notes, app_run_notes, compiled_program
from zoo.build.stages.lower import artifact_notes, read_artifact
from zoo.bundle.bundle import DETECTOR, FLOAT_HUB, GOLDEN, HUB, MODEL
from zoo.digest import digest_path, folder_digests
from zoo.proof.bundle_certificate import CERTIFICATE
from zoo.proof.certificate import Certificate, Check
from zoo.proof.chain_proof import Chain, prove_all
from zoo.proof.golden import golden_inputs
from zoo.proof.other_forms import absent_forms, forms_here
from zoo.proof.proof import Evidence, Proof
from zoo.provenance.maker import makers, versions
from zoo.provenance.used import used_so_far
from zoo.recipe import GoldenInput


def run(plan: Plan, needs: Mapping[str, Path], out: Path) -> None:
    """Write golden/ and certificate.json; raises VerifyError naming the first broken step."""
    program = compiled_program(plan.target, needs["compile"])
    evidence = replace(_evidence(plan, needs, out / GOLDEN), program=program)
    chain = _chain(plan, needs, out / GOLDEN / DETECTOR)
    proof, detector = prove_all(evidence, chain)
    checks = (*proof.checks, *(detector.checks if detector else ()))
    of_app = app_notes(plan.target) if program is None else app_run_notes(plan.target)
    notes = (*_notes(plan, needs), *of_app, *absent_forms(plan.target.executor))
    calibration = recorded_calibration(needs)
    made = _certificate(plan, checks, notes)
    files = _compared(evidence, MODEL, GOLDEN)
    if program is not None:
        files[program_path(plan.target)] = digest_path(program)
    if chain is not None:
        files |= _compared(chain.detector, f"{MODEL}/{DETECTOR}", f"{GOLDEN}/{DETECTOR}")
    certificate = replace(made, calibration=calibration, files=files)
    certificate.demand()
    (out / CERTIFICATE).write_text(certificate.to_json(), "utf-8")
    _describe(evidence.golden, proof, out / GOLDEN)
    if chain is not None and detector is not None:
        _describe(chain.detector.golden, detector, out / GOLDEN / DETECTOR)


def _evidence(plan: Plan, needs: Mapping[str, Path], golden: Path) -> Evidence:
    """Return a network's evidence without a program. golden: folder for its golden inputs."""
    golden.mkdir(parents=True, exist_ok=True)
    folder, main, exactness = read_artifact(needs["lower"])
    return Evidence(
        contract=plan.recipe.contract,
        golden=golden_inputs(plan.recipe, golden),
        float_hub=needs["hub"] / "float.onnx",
        hub=needs["quantize"] / "hub.onnx",
        folder=folder,
        main=main,
        exactness=exactness,
        executor=plan.target.executor,
        app=plan.target.app,
        program=None,
        is_quantized=not plan.is_float,
        quantization_bound=plan.quantization_bound,
        source=plan.float_hub,
        other_forms=forms_here(plan.target.executor),
    )


def _chain(plan: Plan, needs: Mapping[str, Path], golden: Path) -> Chain | None:
    if plan.detector is None:
        return None
    return Chain(_evidence(plan.detector, needs_of_detector(needs), golden), plan.regions)


def _notes(plan: Plan, needs: Mapping[str, Path]) -> tuple[str, ...]:
    """Return the notes on a network, and on its detector."""
    of_network = (*plan.notes, *quantization_notes(needs["quantize"]))
    own = (*of_network, *artifact_notes(needs["lower"]))
    return (
        own if plan.detector is None else (*own, *_notes(plan.detector, needs_of_detector(needs)))
    )


def recorded_calibration(needs: Mapping[str, Path]) -> Mapping[str, object]:
    """Return how a network was calibrated, and its detector, as 'detector'."""
    own, detector = read_calibration(needs["quantize"]), needs_of_detector(needs)
    of_detector = read_calibration(detector["quantize"]) if detector else {}
    return {**own, DETECTOR: of_detector} if of_detector else own


def _describe(golden: Sequence[GoldenInput], proof: Proof, folder: Path) -> None:
    """Write the boxes of golden inputs, and the self-test, beside them."""
    boxes = {item.name: item.box for item in golden}
    (folder / "boxes.json").write_text(json.dumps(boxes, indent=2) + "\n", "utf-8")
    (folder / "selftest.txt").write_text(_selftest(golden, proof), "utf-8")


def _certificate(plan: Plan, checks: tuple[Check, ...], notes: tuple[str, ...]) -> Certificate:
    used = used_so_far()
    return Certificate(
        model=plan.recipe.name,
        target=plan.target.name,
        quantization=plan.quant,
        scheme=plan.scheme,
        checks=checks,
        accuracy=recorded_accuracy(plan),
        makers=makers(used),
        tools=versions(used),
        remarks=notes,
    )


def _compared(evidence: Evidence, model: str, pictures: str) -> dict[str, str]:
    """Return the digests of the compared files, by path in the bundle.

    model, pictures: the folders there of the network and its golden inputs.
    """
    files = {f"{model}/{FLOAT_HUB}": evidence.float_hub, f"{model}/{HUB}": evidence.hub}
    files |= {f"{pictures}/{golden.image.name}": golden.image for golden in evidence.golden}
    digests = {name: digest_path(file) for name, file in files.items()}
    lowered = folder_digests(evidence.folder)
    return digests | {f"{model}/{name}": digest for name, digest in lowered.items()}


def recorded_accuracy(plan: Plan) -> Mapping[str, object]:
    """Return the metrics measured at publishing if exactly that network is deployed.

    A user's network, or a newly quantized one, has none.
    """
    if plan.recipe.metrics is None or not plan.is_published:
        return {}
    measured = json.loads(plan.recipe.metrics.read_text("utf-8"))
    return {"how": "recorded", **measured[plan.hub_key]} if plan.hub_key in measured else {}


def _selftest(golden: Sequence[GoldenInput], proof: Proof) -> str:
    """Return the program's self-test as lines that are easy to read.

    picture NAME X Y WIDTH HEIGHT, then output TOLERANCE COUNT VALUE... NAME for each output; the
    name may contain spaces.
    """
    lines = []
    for item, outputs in zip(golden, proof.expected, strict=True):
        lines.append(f"picture {item.name} {' '.join(map(repr, item.box))}")
        for name, values in outputs.items():
            numbers = " ".join(f"{value:.9g}" for value in values.ravel())
            tolerance = f"{proof.tolerances[name]:.9g}"
            lines.append(f"output {tolerance} {values.size} {numbers} {name}")
    return "\n".join(lines) + "\n"
