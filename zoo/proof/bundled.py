"""The evidence of an unpacked bundle, to repeat its proof."""

from dataclasses import replace

from zoo.bundle.bundle import Bundle
from zoo.contract import Contract
from zoo.proof.bundle_certificate import bundle_certificate
from zoo.proof.certificate import OF_DETECTOR
from zoo.proof.chain_proof import Chain
from zoo.proof.other_forms import other_forms
from zoo.proof.proof import Evidence, reference_step
from zoo.proof.source_check import SOURCE_STEP
from zoo.recipe import GoldenInput
from zoo.scheme import FLOAT_SCHEMES

__all__ = ["bundled_chain", "bundled_evidence"]


def bundled_evidence(bundle: Bundle) -> Evidence:
    """Return the evidence of a bundle's network, with its program."""
    program = bundle.manifest.program
    return _evidence(bundle, 0, bundle.golden, program, "")


def bundled_chain(bundle: Bundle) -> Chain | None:
    """Return a bundle's detector, None for a bundle of one network."""
    chain = bundle.manifest.chain
    if chain is None:
        return None
    golden = bundle.golden_of(chain.golden)
    evidence = _evidence(bundle, 1, golden, "", OF_DETECTOR)
    return Chain(evidence, chain.regions)


def _evidence(
    bundle: Bundle, index: int, golden: tuple[GoldenInput, ...], program: str, prefix: str
) -> Evidence:
    """Return the evidence of one of a bundle's models. prefix: of its steps."""
    manifest = bundle.manifest
    model, artifact = manifest.models[index], manifest.artifacts[index]
    main = bundle.folder / artifact.main
    certificate = bundle_certificate(bundle, str(bundle.folder))
    checks = certificate.checks
    own = {c.step.removeprefix(prefix): c for c in checks if c.step.startswith(prefix)}
    source_check = own.get(SOURCE_STEP)
    is_quantized = model.scheme not in FLOAT_SCHEMES
    return Evidence(
        contract=Contract.from_json(model.contract, str(bundle.folder)),
        golden=golden,
        float_hub=bundle.folder / artifact.float_hub,
        hub=bundle.folder / artifact.hub,
        folder=main.parent,
        main=main.name,
        exactness=artifact.exactness,
        executor=manifest.executor,
        app=manifest.app,
        program=bundle.folder / program if program else None,
        is_quantized=is_quantized,
        quantization_bound=artifact.quantization_bound,
        source_check=replace(source_check, step=SOURCE_STEP) if source_check else None,
        other_forms=tuple(
            title
            for title in other_forms(manifest.executor)
            if reference_step(title, is_quantized) in own
        ),
    )
