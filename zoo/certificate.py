"""The certificate: proof that every step from float to app computes what was trained."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from zoo.errors import VerifyError
from zoo.maker import Maker

__all__ = ["LOSS", "Certificate", "Check", "record_checks", "recorded_checks"]

LOSS = "float hub -> hub"
"""Begins the step of each check of what quantization lost; on what it was measured follows."""

_RECORD = "zoo.checks"


@dataclass(frozen=True)
class Check:
    """One step compared with the one before it on the golden inputs.

    step: such as 'reference -> artifact'.  unit: 'lsb' or 'relative' (zoo.artifact.Exactness), or
    'of its spread' for a loss (zoo.loss), whose `largest` is zoo.loss.relative_loss.
    largest, mean: differences over `values` outputs.  bound: largest allowed.  why: its reason.
    how: 're-run' now, or 'recorded' at publishing.
    """

    step: str
    unit: str
    largest: float
    mean: float
    bound: float
    values: int
    why: str
    how: str = "re-run"

    @property
    def holds(self) -> bool:
        """Whether the difference is within the bound; NaN never is."""
        return self.largest <= self.bound


def record_checks(*checks: Check) -> dict[str, str]:
    """Return checks as metadata of a Graph: steps that can only be compared while it is made."""
    return {_RECORD: json.dumps([asdict(check) for check in checks])}


def recorded_checks(metadata: Mapping[str, str], where: str) -> tuple[Check, ...]:
    """Return what `record_checks` wrote, () where it wrote nothing.

    Raises VerifyError naming `where` for anything else.
    """
    text = metadata.get(_RECORD, "[]")
    try:
        return tuple(Check(**check) for check in json.loads(text))
    except (ValueError, TypeError) as error:
        raise VerifyError(
            f"{where}: its metadata '{_RECORD}' is no list of checks ({error}); quantize the "
            "network anew"
        ) from error


@dataclass(frozen=True)
class Certificate:
    """All checks of a build, in the order of the data.

    accuracy: metrics with data set, count and whether recorded.  makers: whose code took part.
    tools: versions by name, of libraries that this code imports and of tools outside of Python.
    calibration: how a network that was quantized anew was, and all ways that were tried.
    remarks: what a reader must know, such as a stand-in or a missing vendor tool.
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
    remarks: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether all checks hold."""
        return all(check.holds for check in self.checks)

    def demand(self) -> None:
        """Raise VerifyError naming the first step that broke."""
        for check in self.checks:
            if not check.holds:
                raise VerifyError(
                    f"{self.model} for {self.target}: step '{check.step}' differs by "
                    f"{check.largest:g} {check.unit}, allowed is {check.bound:g} ({check.why}); "
                    f"{_advice(check)}"
                )

    def to_json(self) -> str:
        """Return JSON for the bundle, checks with their verdict."""
        data = asdict(self)
        data["checks"] = [{**asdict(check), "holds": check.holds} for check in self.checks]
        return json.dumps({**data, "holds": self.holds}, indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Certificate":
        """Read `to_json`'s form."""
        data = json.loads(text)
        data.pop("holds")
        checks = tuple(
            Check(**{k: v for k, v in check.items() if k != "holds"}) for check in data["checks"]
        )
        makers = tuple(map(Maker.from_json, data["makers"]))
        remarks = tuple(data["remarks"])
        return cls(**{**data, "checks": checks, "makers": makers, "remarks": remarks})


def _advice(check: Check) -> str:
    if not check.step.startswith(LOSS):
        return "do not deploy this build"
    return (
        "try more pictures or nearer ones for --calib, another --calibrator, or --quant qat, or "
        "allow the loss by --max-quantization-error"
    )
