"""A bundle's files beside program and model: documentation, installation and self-test."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from zoo.plugs import AppRequest
from zoo.trackable import finds_landmarks

__all__ = ["TEXTS", "Readme", "readme"]

TEXTS = MappingProxyType(
    {name: f"bundle/{name}.j2" for name in ("README.md", "install.sh", "selftest")}
)
"""Templates of most bundles' companion files, by name."""


@dataclass(frozen=True)
class Readme:
    """Context of templates/bundle.

    artifact: file that the program loads.  notice: of the licences, '' for none.
    c_library: glibc version that program and libraries need, '' for none.
    signal_hz: rate of the signals that the contract takes, 0 for pictures.
    detector: model that finds the regions, '' for none.  detector_artifact: its file.
    tracks: whether the program can follow landmarks.  events: that it then can see.
    memory: that the networks need, in words.  files: of the artifacts, in the bundle's model/.
    signer: fingerprint of the key that signed the bundle, '' for none.
    """

    bundle: str
    model: str
    target: str
    target_summary: str
    quantization: str
    artifact: str
    outputs: tuple[str, ...]
    notice: str
    c_library: str
    signal_hz: int
    detector: str
    detector_artifact: str
    tracks: bool
    events: tuple[str, ...]
    memory: str
    files: tuple[str, ...]
    signer: str


def readme(request: AppRequest, facts: Mapping[str, str]) -> Readme:
    """Return the templates' context.

    facts: 'bundle' its name, 'quantization', 'notice', 'c_library', 'memory', 'files' by line,
    'signer'.
    """
    # On demand: it loads numpy, and a build of what is cached generates nothing.
    from zoo.data.tracking import track_events

    return Readme(
        bundle=facts["bundle"],
        model=request.model,
        target=request.target.name,
        target_summary=request.target.summary,
        quantization=facts["quantization"],
        artifact=request.artifact_main,
        outputs=tuple(output.name for output in request.contract.outputs),
        notice=facts["notice"],
        c_library=facts["c_library"],
        signal_hz=request.contract.signal.rate_hz if request.contract.signal else 0,
        detector=request.detector.model if request.detector else "",
        detector_artifact=request.detector.artifact_main if request.detector else "",
        tracks=finds_landmarks(request.contract),
        events=track_events(request.contract),
        memory=facts.get("memory", ""),
        files=tuple(facts.get("files", "").splitlines()),
        signer=facts.get("signer", ""),
    )
