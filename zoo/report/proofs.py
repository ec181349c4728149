"""A certificate as a chain of steps, in plain words."""

from collections.abc import Iterator
from types import MappingProxyType

from zoo.proof.certificate import LOSS, OF_DETECTOR, Certificate, Check
from zoo.report.blocks import Block, Chain, Link, Table, Text

__all__ = ["proof_blocks"]

_MEANING = MappingProxyType(
    {
        "user's file ->": "The file that was given, against the network as it is stored.",
        "float hub -> float reference": "The stored float network, against this project's own "
        "definition of each operation.",
        "float reference -> integer reference": "The float network, against its integers: what "
        "quantization changes at the outputs.",
        LOSS: "What quantization loses, on pictures that it was not calibrated with.",
        "integer reference -> hub": "The definition of the integers, against the stored integer "
        "network in ONNX Runtime.",
        "integer reference -> artifact": "The definition of the integers, against the file for the "
        "board.",
        "float reference -> artifact": "The definition of the floats, against the file for the "
        "board.",
        "artifact -> app": "The file for the board, against the generated program.",
        "regions -> app": "The network in the detector's regions, against the generated program.",
        "post-processing": "The contract's steps in Python, against what the program prints.",
    }
)
"""What is compared, by the start of a step's name."""


_HOW = MappingProxyType(
    {
        "re-run": "compared when the bundle was built",
        "recorded": "recorded when the model was published",
    }
)
"""What a certificate's words mean on a page, which compares nothing itself."""


def proof_blocks(certificate: Certificate | None) -> Iterator[Block]:
    """Yield the chain of a bundle's proof; without one, how to get it."""
    if certificate is None:
        yield Text("A model has no certificate: zoo build makes a bundle and proves it.")
        return
    yield Text(
        "Each step was compared with the one before it on the golden inputs when the bundle was "
        "built. Every file still has the digest of the manifest; zoo verify repeats the proof."
    )
    checks = certificate.checks
    own = [check for check in checks if not check.step.startswith(OF_DETECTOR)]
    yield Chain("Steps from the trained network to the program", tuple(map(_link, own)))
    others = [check for check in checks if check.step.startswith(OF_DETECTOR)]
    if others:
        yield Chain("Steps of the detector, and of both together", tuple(map(_link, others)))
    for remark in certificate.remarks:
        yield Text(f"Remark: {remark}")
    yield Table(
        "Tools", ("tool", "version"), tuple(certificate.tools.items()), "Tools and versions"
    )


def _link(check: Check) -> Link:
    told = {
        "compared": _meaning(check.step),
        "largest difference": f"{check.largest:.4g} {check.unit}",
        "mean difference": f"{check.mean:.4g} {check.unit}",
        "allowed": "measured, not judged"
        if check.bound is None
        else f"{check.bound:g} {check.unit}",
        "values": f"{check.values:,}",
        "why this bound": check.why,
        "how": _HOW.get(check.how, check.how),
    }
    return Link(
        name=check.step,
        state=check.state,
        is_right=check.state == "holds",
        result=f"{check.largest:.3g} {check.unit}",
        told=tuple((key, value) for key, value in told.items() if value),
    )


def _meaning(step: str) -> str:
    own = step.removeprefix(OF_DETECTOR)
    return next((text for start, text in _MEANING.items() if own.startswith(start)), "")
