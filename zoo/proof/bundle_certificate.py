"""A bundle's certificate: untrusted when read, and compared with new results."""

from collections.abc import Iterator, Sequence

from zoo.bundle.bundle import Bundle, BundledModel, Manifest
from zoo.errors import CertificateError
from zoo.proof.certificate import LOSS, OF_DETECTOR, Certificate, Check
from zoo.proof.source_check import SOURCE_STEP
from zoo.provenance.maker import Maker
from zoo.scheme import FLOAT_SCHEMES

__all__ = ["CERTIFICATE", "bundle_certificate", "compare_again"]

CERTIFICATE = "certificate.json"
_ANEW = "do not use this bundle, rebuild it"
_BYTES_MAX = 16 << 20


def bundle_certificate(bundle: Bundle, where: str) -> Certificate:
    """Return a bundle's certificate.

    Raises VerifyError if a step is broken or missing, or if it describes another bundle.
    """
    file = bundle.folder / CERTIFICATE
    if not file.is_file():
        raise CertificateError(f"{where}: holds no {CERTIFICATE}; {_ANEW}")
    if file.stat().st_size > _BYTES_MAX:
        raise CertificateError(f"{where}: {CERTIFICATE} is larger than any is; {_ANEW}")
    certificate = Certificate.from_json(file.read_bytes().decode("utf-8", "replace"), where)
    for fault in _faults(certificate, bundle.manifest):
        raise CertificateError(f"{where}: the certificate {fault}; {_ANEW}")
    certificate.demand()
    return certificate


def compare_again(recorded: Sequence[Check], found: Sequence[Check], where: str) -> None:
    """Raise VerifyError if recorded and new results differ."""
    known = {check.step: check for check in found}
    for check in recorded:
        if check.step not in known:
            raise CertificateError(
                f"{where}: the certificate has a step '{check.step}' that does not belong to this "
                f"bundle; {_ANEW}"
            )
        for name in _differing(check, known[check.step]):
            raise CertificateError(
                f"{where}: step '{check.step}': {name} is {getattr(check, name)} in the "
                f"certificate, checked again it is {getattr(known[check.step], name)}; {_ANEW}"
            )
    if [check.step for check in recorded] != [check.step for check in found]:
        missing = sorted(known.keys() - {check.step for check in recorded})
        raise CertificateError(
            f"{where}: the certificate's steps are missing or in the wrong order: "
            f"{', '.join(missing) or 'all are there'}; {_ANEW}"
        )


def _faults(certificate: Certificate, manifest: Manifest) -> Iterator[str]:
    model = manifest.models[0]
    for name, wanted in (
        ("model", model.name),
        ("target", manifest.target),
        ("quantization", model.quantization),
        ("scheme", model.scheme),
    ):
        if getattr(certificate, name) != wanted:
            yield f"is of {name} {getattr(certificate, name)!r}, but the bundle is of {wanted!r}"
    for name in sorted(_compared(manifest) | certificate.files.keys()):
        if name not in certificate.files or certificate.files[name] != manifest.files.get(name):
            yield f"does not mention the file {name!r} in this bundle"
    for artifact in manifest.artifacts:
        for note in artifact.notes:
            if note not in certificate.remarks:
                yield f"lacks the note {note!r}"
    for arrow in _arrows(manifest):
        if not any(check.step.startswith(arrow) for check in certificate.checks):
            yield f"lacks the step '{arrow[0]}'"
    for maker in certificate.makers:
        if not any(_is_part(maker, other) for other in manifest.makers):
            yield f"names {maker.name} {maker.version} differently from the manifest"


def _is_part(maker: Maker, other: Maker) -> bool:
    """Whether packaging, which follows the proof, can have turned one into the other."""
    if maker.plugins == other.plugins:
        return maker == other
    more = {*maker.plugins} < {*other.plugins}
    return more and (maker.name, maker.version) == (other.name, other.version)


def _compared(manifest: Manifest) -> set[str]:
    """Return the files that a certificate must list."""
    hubs = {file for a in manifest.artifacts for file in (a.float_hub, a.hub, a.main)}
    golden = (*manifest.golden, *(manifest.chain.golden if manifest.chain else ()))
    program = {manifest.program} if manifest.program else set()
    return hubs | {file for _, file, _ in golden} | program


def _arrows(manifest: Manifest) -> Iterator[tuple[str, ...]]:
    """Yield the prefixes of the mandatory steps of a certificate, each in all its forms."""
    yield from _arrows_of(manifest.models[0], manifest.program)
    if manifest.chain is not None:
        for forms in _arrows_of(manifest.models[1], manifest.program):
            yield tuple(f"{OF_DETECTOR}{form}" for form in forms)
        if manifest.program:
            yield (f"{OF_DETECTOR}regions -> app",)


def _arrows_of(model: BundledModel, program: str) -> Iterator[tuple[str, ...]]:
    """Yield those of one network. program: '' if there is none."""
    yield (SOURCE_STEP,)
    yield ("float hub -> float reference",)
    is_float = model.scheme in FLOAT_SCHEMES
    if not is_float:
        yield "float reference -> integer reference", LOSS
        yield ("integer reference -> hub",)
    yield (f"{'float' if is_float else 'integer'} reference -> artifact",)
    if program:
        yield ("artifact -> app",)


def _differing(recorded: Check, found: Check) -> Iterator[str]:
    exact = ["unit", "values", "why", "spread"]
    if found.how == "re-run":
        exact.append("how")
    # A stand-in's bound may follow results.
    if not recorded.step.removeprefix(OF_DETECTOR).startswith(
        ("artifact -> app (", "regions -> app (")
    ):
        exact.append("bound")
    yield from (name for name in exact if getattr(recorded, name) != getattr(found, name))
    spread = found.spread if found.how == "re-run" else 0
    for name in ("largest", "mean"):
        if not abs(getattr(recorded, name) - getattr(found, name)) <= spread:
            yield name
