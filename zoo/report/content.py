"""What a report says, as values."""

from collections.abc import Mapping
from dataclasses import dataclass

from zoo.artifact import Memory
from zoo.build.quantization import hub_key
from zoo.data.evaluation import Evaluation
from zoo.proof.certificate import Certificate
from zoo.report.timings import Timings
from zoo.step import Box

__all__ = [
    "FLOAT",
    "Accuracy",
    "Content",
    "Contents",
    "Example",
    "NetworkFacts",
    "PackedFile",
    "Subject",
    "Terms",
]

FLOAT = "float"
"""Form of a float network."""


@dataclass(frozen=True)
class Terms:
    """A licence. covers: 'weights', 'golden' or a component.  commercial: None if it is unsaid."""

    covers: str
    identifier: str
    commercial: bool | None = None


@dataclass(frozen=True)
class NetworkFacts:
    """A network. role: 'network' or 'detector'.

    source: what it takes, such as 'picture 3 x 112 x 112'.  values: what its contract makes, with
    their shapes.  steps: of the contract, by name.
    memory: of its artifact, None where nothing is built.
    """

    role: str
    name: str
    summary: str
    source: str
    values: tuple[str, ...]
    steps: tuple[str, ...]
    parameters: int
    macs: int
    memory: Memory | None = None


@dataclass(frozen=True)
class Accuracy:
    """The accuracy of one form. form: 'float', or the key of a hub, such as 'ptq.w8a8-asym'.

    is_measured: for this report; otherwise it was recorded at publishing.
    """

    form: str
    evaluation: Evaluation
    is_measured: bool

    @property
    def is_float(self) -> bool:
        """Whether it is the float network."""
        return self.form == FLOAT


@dataclass(frozen=True)
class Example:
    """A golden picture, and what the networks find in it.

    png: the part of the picture with the results.  size: of that part, in pixels.
    wanted, found: places (x, y) by the float and by the quantized network, in its pixels, centres
    at integers; boxes (x, y, width, height) likewise.
    differences: largest difference of each value between the two, as text.
    distance_percent: mean distance of the places, or of the boxes, of a box's side; None for none.
    """

    name: str
    png: bytes
    size: tuple[int, int]
    wanted: tuple[tuple[float, float], ...]
    found: tuple[tuple[float, float], ...]
    wanted_boxes: tuple[Box, ...]
    found_boxes: tuple[Box, ...]
    differences: Mapping[str, str]
    distance_percent: float | None


@dataclass(frozen=True)
class PackedFile:
    """A file of a bundle. sha256: '' for the manifest and its signature, which it does not list."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Contents:
    """What a bundle holds. signer: the fingerprint of its key, '' if it is not signed."""

    archive_bytes: int
    signer: str
    files: tuple[PackedFile, ...]


@dataclass(frozen=True)
class Subject:
    """A bundle, or a model that is not built.

    target, quantization, scheme: '' for a model.  metric: of its evaluation, which is compared.
    compared: the forms to compare, of all whose accuracy is known.
    certificate, contents: None for a model.
    """

    name: str
    target: str
    quantization: str
    scheme: str
    metric: str
    more_is_better: bool
    networks: tuple[NetworkFacts, ...]
    compared: tuple[str, ...]
    accuracy: tuple[Accuracy, ...]
    examples: tuple[Example, ...]
    terms: tuple[Terms, ...]
    certificate: Certificate | None
    contents: Contents | None

    @property
    def shown(self) -> tuple[Accuracy, ...]:
        """The accuracy of the forms to compare, or of all if it is not known of these."""
        kept = tuple(each for each in self.accuracy if each.form in self.compared)
        return kept or self.accuracy

    @property
    def deployed(self) -> Accuracy | None:
        """The accuracy of the form that a bundle deploys; None if it is not known."""
        form = hub_key(self.quantization, self.scheme)
        wanted = FLOAT if form == "none" else form
        return next((each for each in self.accuracy if each.form == wanted), None)


@dataclass(frozen=True)
class Content:
    """All that a report says. zoo_version: of the zoo that wrote it."""

    zoo_version: str
    subjects: tuple[Subject, ...]
    timings: tuple[Timings, ...]
