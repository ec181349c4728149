"""What the other plugins provide, as protocols: any object of this shape will do.

An optional attribute has a default here, which a class gets that derives from the protocol. What
only some can do is a protocol of its own, such as Inspector or zoo.capability.CapabilityCheck.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from zoo.artifact import Artifact
from zoo.c_program import CProgram
from zoo.contract import Contract
from zoo.graph import Graph, Node, Shape
from zoo.recipe import GoldenInput
from zoo.scheme import Scheme
from zoo.target import Target
from zoo.tool import Tool

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zoo.picture import Picture

__all__ = [
    "AppGenerator",
    "AppRequest",
    "AppRun",
    "Compiler",
    "Dataset",
    "Describer",
    "Executor",
    "Feeds",
    "Format",
    "Inspector",
    "Library",
    "OpDifference",
    "OpJudge",
    "Package",
    "PackageRequest",
    "QuantizeOptions",
    "Quantizer",
    "Renderer",
    "Run",
]

Feeds = Mapping[str, "NDArray[Any]"]
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Format(Protocol):
    """A file format that holds a Graph."""

    name: str
    suffix: str

    @abstractmethod
    def read(self, content: bytes, where: str) -> Graph:
        """Return the Graph; raises HubError naming `where`."""

    @abstractmethod
    def write(self, graph: Graph) -> bytes:
        """Return the file's content, the same bytes for the same Graph."""

    @abstractmethod
    def import_file(self, file: Path, shapes: Mapping[str, Shape]) -> Graph:
        """Return any user's file as a Graph whose batch is open, simplified.

        shapes: of inputs by name, without the batch, where the file leaves axes open. Raises
        HubError naming the file.
        """

    @abstractmethod
    def data_files(self, file: Path) -> tuple[Path, ...]:
        """Return the files beside a model that hold weights of it; raises HubError."""

    @abstractmethod
    def simplify(self, content: bytes, where: str) -> bytes:
        """Return an equivalent file with constants folded and no-ops gone.

        Raises HubError naming `where`.
        """


class Describer(Protocol):
    """A reader of a file for a chip, which tells what is in it."""

    name: str
    suffix: str

    @abstractmethod
    def describe(self, content: bytes, where: str) -> Mapping[str, object]:
        """Return facts as JSON would hold them; raises ArtifactError naming `where`."""


@dataclass(frozen=True)
class QuantizeOptions:
    """Choices of a quantization; each quantizer reads its own.

    calibrator: 'minmax', 'percentile', 'mse', or 'auto' for what loses least.
    held_out: samples that are not for calibration; 'auto' judges by them.
    fit, epochs, seed: of a training. fit(module, float_module) trains the quantized network in
    place, both torch modules from inputs by name to outputs by name; None where there are no
    labels.  epochs: None for the training's own.
    """

    calibrator: str = "auto"
    correct_bias: bool = True
    held_out: Sequence[Feeds] = ()
    fit: Callable[[Any, Any], None] | None = None
    epochs: int | None = None
    seed: int = 0


class Quantizer(Protocol):
    """A way from a float Graph to an integer one.

    tools: external programs and modules that it needs.
    """

    name: str
    tools: tuple[Tool, ...] = ()

    @abstractmethod
    def quantize(
        self,
        graph: Graph,
        scheme: Scheme,
        calibration: Iterable[Feeds],
        contract: Contract,
        options: QuantizeOptions,
    ) -> Graph:
        """Return the integer Graph. calibration: batches by input name, float32."""


class Compiler(Protocol):
    """A lowering of a Graph to one kind of artifact.

    tools: external programs and modules that it needs.
    """

    name: str
    tools: tuple[Tool, ...] = ()

    @abstractmethod
    def lower(self, graph: Graph, target: Target, scheme: str) -> Artifact:
        """Return the artifact; raises UnsupportedOpError with op, node, reason and remedy."""


class Renderer(Protocol):
    """A writer of a program's source files."""

    name: str

    @abstractmethod
    def render(self, program: CProgram) -> Mapping[str, bytes]:
        """Return the files by name, the same bytes for the same program."""


class Executor(Protocol):
    """A program on this machine that runs an artifact.

    tools: external programs and modules that it needs.
    """

    name: str
    tools: tuple[Tool, ...] = ()

    @abstractmethod
    def load(self, folder: Path, main: str, threads: int = 1) -> "Run":
        """Return a function that runs the artifact in `folder`."""


@runtime_checkable
class Inspector(Executor, Protocol):
    """An executor that can also tell what is inside while it runs."""

    @abstractmethod
    def load_inside(self, folder: Path, main: str, names: Sequence[str]) -> "Run":
        """Return a function that runs the artifact and gives those of these activations it has.

        Integers are as the artifact stores them.
        """


class OpJudge(Executor, Protocol):
    """The executor 'reference', which also judges each op of another runtime alone."""

    @abstractmethod
    def judge_ops(self, graph: Graph, inside: Feeds) -> "Iterator[OpDifference]":
        """Yield how far each op is off what the reference makes of the same inputs.

        inside: activations of a runtime by name; an op of which one is missing is left out.
        """

    @abstractmethod
    def rounds(self, node: Node) -> bool:
        """Return whether another runtime may round the node's integers another way."""

    @abstractmethod
    def error_bounds(self, graph: Graph) -> Mapping[str, int]:
        """Return for each activation by how many steps a runtime is off at most: proven."""


@dataclass(frozen=True)
class OpDifference:
    """Differences of one op's integers, in steps.

    allowed: what is proven of such an op alone.  levels: from its least integer to its largest.
    """

    node: str
    steps: "NDArray[Any]"
    allowed: int
    levels: int

    @property
    def is_judged(self) -> bool:
        """Whether it can be off by more than is allowed."""
        return self.allowed < self.levels


class Run(Protocol):
    """A loaded network: outputs by name from inputs by name, float32."""

    def __call__(self, feeds: Feeds) -> "dict[str, NDArray[Any]]": ...


@dataclass(frozen=True)
class AppRequest:
    """Everything that a generated app depends on.

    artifact_files: contents by name, where they are at hand.
    """

    model: str
    target: Target
    contract: Contract
    artifact_main: str
    artifact_files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class AppRun:
    """What the app computed for one picture: outputs without the batch, and its JSON record."""

    outputs: "Mapping[str, NDArray[Any]]"
    record: Mapping[str, Any]


@dataclass(frozen=True)
class Library:
    """A library that the app uses.

    file: the shared library that the bundle carries; a header where it is `compiled_in`.
    licence: SPDX expression.  texts: its licence files, by the name they get in the bundle.
    """

    name: str
    version: str
    licence: str
    file: Path
    texts: Mapping[str, Path]
    compiled_in: bool = False


class AppGenerator(Protocol):
    """A generator of the standalone app of a board.

    stand_in: what computes in place of the board's processor or accelerator where `run` runs the
    app, '' for nothing.
    stand_in_differs: why its integers may differ from those of the executor, '' where they do not.
    not_here: why the app can be neither built nor run on this machine; `build` and `run` are not
    called then.
    packages: what forms of packages need to know of the app, by their names.
    """

    name: str
    stand_in: str
    stand_in_differs: str = ""
    not_here: str = ""
    packages: Mapping[str, Any] = _NOTHING

    @property
    def tools(self) -> tuple[Tool, ...]:
        """External programs and modules that it needs."""
        return ()

    @abstractmethod
    def generate(self, request: AppRequest) -> Mapping[str, bytes]:
        """Return the app's source files by relative path, the same bytes for the same request."""

    @abstractmethod
    def build(self, source: Path, out: Path) -> Path:
        """Compile `source` and return the program below `out`; raises ToolchainError."""

    @abstractmethod
    def companions(self, request: AppRequest, facts: Mapping[str, str]) -> Mapping[str, bytes]:
        """Return what a bundle needs beside the program: README.md, install.sh, selftest.

        facts: bundle name, quantization, licence notice, and the C library that is needed.
        """

    @abstractmethod
    def libraries(self) -> tuple[Library, ...]:
        """Return the libraries that the program uses; raises ToolchainError if one is missing."""

    @abstractmethod
    def run(self, program: Path, artifact: Path, golden: Sequence[GoldenInput]) -> Sequence[AppRun]:
        """Run the program on each picture as the board would."""


@dataclass(frozen=True)
class PackageRequest:
    """What a package is made of.

    facts: as for AppGenerator.companions.  folder: the bundle's files, manifest included.
    settings: what the app says of packages of this form, None for nothing.
    """

    request: AppRequest
    facts: Mapping[str, str]
    folder: Path
    settings: Any = None


class Package(Protocol):
    """A form in which bundles go to boards; its name is the file's suffix.

    tools: external programs and modules that it needs.
    """

    name: str
    tools: tuple[Tool, ...] = ()

    @abstractmethod
    def write(self, bundle: PackageRequest, file: Path) -> None:
        """Write the file, the same bytes for the same bundle.

        Raises RefusedError where the app's settings for it are missing.
        """


class Dataset(Protocol):
    """A reader of one layout of labelled data in a folder.

    summary: what the folder holds.
    splits: what the folder can be asked for, 'train' and 'test' among them; () where a folder is
    one split.
    """

    name: str
    summary: str
    splits: tuple[str, ...]

    @abstractmethod
    def recognises(self, folder: Path) -> bool:
        """Tell from the names in an existing folder whether it has this layout."""

    @abstractmethod
    def points(self, folder: Path) -> int:
        """Return how many landmarks each sample has, 0 for none; raises DataError."""

    @abstractmethod
    def read(self, folder: Path, split: str) -> object:
        """Return the samples, zoo.data.crops.Crops for landmarks of faces; split: '' for none.

        Raises DataError naming the file, and the line, at fault.
        """

    @abstractmethod
    def pictures(self, folder: Path, split: str) -> "Sequence[Picture]":
        """Return the photos of the samples, unread, and their boxes: what calibration takes."""
