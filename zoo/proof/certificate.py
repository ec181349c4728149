"""The certificate: proof that every step from float to app computes what was trained."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite

from zoo.errors import CertificateError, LossError, VerifyError
from zoo.field_types import mistyped
from zoo.provenance.maker import Maker

__all__ = ["LOSS", "OF_DETECTOR", "Certificate", "Check", "record_checks", "recorded_checks"]

LOSS = "float hub -> hub"
"""Prefix of the steps about quantization loss, followed by what it was measured on."""

OF_DETECTOR = "detector: "
"""Prefix of the steps of a chain's detector, and of both networks together."""

FORMAT = 2
_RECORD = "zoo.checks"


@dataclass(frozen=True)
class Check:
    """One step compared with the one before it on the golden inputs.

    step: such as 'reference -> artifact'.  unit: 'lsb' or 'relative' (zoo.artifact.Exactness), or
    'of its spread' for a loss (zoo.proof.loss), whose `largest` is zoo.proof.loss.relative_loss.
    largest, mean: differences over `values` outputs.  bound: largest allowed, None if they are
    only measured.  why: its reason.
    how: 're-run' now, or 'recorded' at publishing.  spread: allowed difference of another run.
    """

    step: str
    unit: str
    largest: float
    mean: float
    bound: float | None
    values: int
    why: str
    how: str = "re-run"
    spread: float = 0.0

    @property
    def state(self) -> str:
        """'holds' within the bound, 'measured' without one, otherwise 'broken', as for NaN."""
        if self.bound is None:
            return "measured" if isfinite(self.largest) else "broken"
        return "holds" if self.largest <= self.bound else "broken"

    @property
    def holds(self) -> bool:
        """Whether it is not broken."""
        return self.state != "broken"

    @property
    def allowed(self) -> str:
        """The bound as text."""
        return "any number" if self.bound is None else f"{self.bound:g}"

    def to_json(self) -> dict[str, object]:
        """Return JSON values, with the state."""
        return {**asdict(self), "state": self.state}

    def demand(self, where: str) -> None:
        """Raise VerifyError if it is broken, LossError for what quantization loses."""
        if not self.holds:
            raise (LossError if self.step.startswith(LOSS) else VerifyError)(
                f"{where}: step '{self.step}' differs by {self.largest:g} {self.unit}, allowed: "
                f"{self.allowed} ({self.why}); {_advice(self)}"
            )


def record_checks(*checks: Check) -> dict[str, str]:
    """Return checks as Graph metadata, for steps that can only be compared during quantization."""
    return {_RECORD: json.dumps([asdict(check) for check in checks])}


def recorded_checks(metadata: Mapping[str, str], where: str) -> tuple[Check, ...]:
    """Return the checks that `record_checks` wrote, () if none.

    Raises VerifyError naming `where` for anything else.
    """
    text = metadata.get(_RECORD, "[]")
    try:
        checks = tuple(Check(**check) for check in json.loads(text))
        if wrong := next(filter(None, (mistyped(check, Check) for check in checks)), ""):
            raise TypeError(wrong)
        return checks
    except (ValueError, TypeError, RecursionError) as error:
        raise VerifyError(
            f"{where}: its metadata '{_RECORD}' is not a list of checks ({error}); quantize the "
            "network again"
        ) from error


@dataclass(frozen=True)
class Certificate:
    """All checks of a build, in data flow order.

    accuracy: metrics with data set, count and whether recorded.  makers: distributions that took
    part.  tools: versions by name, of libraries that this code imports and of external tools.
    calibration: how a newly quantized network was calibrated, and all candidates; "detector": of a
    chain's detector.
    files: SHA-256 of the compared files, by path in the bundle.
    remarks: notes for readers, such as a stand-in or a missing vendor tool.
    """

    model: str
    target: str
    quantization: str
    scheme: str
    checks: tuple[Check, ...]
    accuracy: Mapping[str, object] = field(default_factory=dict)
    makers: tuple[Maker, ...] = ()
    calibration: Mapping[str, object] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether all checks hold."""
        return all(check.holds for check in self.checks)

    def demand(self) -> None:
        """Raise VerifyError naming the first broken step."""
        for check in self.checks:
            check.demand(f"{self.model} for {self.target}")

    def to_json(self) -> str:
        """Return JSON for the bundle, with the state of each check."""
        checks = [check.to_json() for check in self.checks]
        data = {"format": FORMAT, **asdict(self), "checks": checks, "holds": self.holds}
        return json.dumps(data, indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str, where: str) -> "Certificate":
        """Read `to_json`'s form; raises VerifyError naming `where` for any other."""
        try:
            data = json.loads(text)
            found = data.pop("format", "none")
            if found != FORMAT:
                raise CertificateError(
                    f"{where}: the certificate's format is {found!r}, this zoo reads {FORMAT}; "
                    "rebuild the bundle"
                )
            data.pop("holds")
            certificate = cls(**{**data, **_parsed(data)})
            if wrong := mistyped(certificate, cls):
                raise TypeError(wrong)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise CertificateError(
                f"{where}: the certificate is damaged ({error!r}); do not use this bundle, "
                "rebuild it"
            ) from error
        if certificate.to_json() != text:
            raise CertificateError(
                f"{where}: the certificate was changed, or its numbers do not support its claims; "
                "do not use this bundle, rebuild it"
            )
        return certificate


def _parsed(data: Mapping[str, Iterable[Mapping[str, object]]]) -> dict[str, object]:
    checks = ({k: v for k, v in check.items() if k != "state"} for check in data["checks"])
    return {
        "checks": tuple(Check(**check) for check in checks),  # type: ignore[arg-type]  # JSON
        "makers": tuple(map(Maker.from_json, data["makers"])),
        "remarks": tuple(data["remarks"]),
    }


def _advice(check: Check) -> str:
    if not check.step.startswith(LOSS):
        return "do not deploy this build"
    return (
        "try more or more representative pictures for --calib, another --calibrator, or --quant "
        "qat, or allow the loss with --max-quantization-error"
    )
