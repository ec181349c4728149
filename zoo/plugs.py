"""Protocols of the other plugins: any object of the right shape works.

Classes that derive from a protocol inherit the defaults of optional attributes. Optional abilities
are separate protocols, such as Inspector or zoo.capability.CapabilityCheck.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from zoo.advice import Advice
from zoo.artifact import Artifact
from zoo.contract import Contract, FileInput
from zoo.graph import Graph, Node
from zoo.recipe import GoldenInput
from zoo.region_rule import RegionRule
from zoo.scheme import Scheme
from zoo.target import Target
from zoo.tool import Tool
from zoo.training import FULL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zoo.c_program import CProgram
    from zoo.op import Op
    from zoo.picture import Picture

__all__ = [
    "AppDetector",
    "AppGenerator",
    "AppRequest",
    "AppRun",
    "BareRun",
    "ChainRun",
    "Compiler",
    "Dataset",
    "DeclaredInput",
    "Describer",
    "Executor",
    "Feeds",
    "Format",
    "Importer",
    "Inspector",
    "Library",
    "OpCheck",
    "OpDifference",
    "OpJudge",
    "OtherForms",
    "Package",
    "PackageRequest",
    "Peak",
    "PeakMeter",
    "QuantizeOptions",
    "Quantizer",
    "Renderer",
    "Run",
    "Thinned",
]

Feeds = Mapping[str, "NDArray[Any]"]
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class DeclaredInput:
    """An input of a file. shape: with the batch; None for an open axis.

    dtype: numpy's name, 'float32' also for float16; '' for anything but a numeric tensor.
    span: smallest and largest real that a quantized input holds, None for others.
    """

    name: str
    shape: tuple[int | None, ...]
    dtype: str
    span: tuple[float, float] | None = None


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
    def simplify(self, content: bytes, where: str) -> bytes:
        """Return an equivalent file with constants folded and no-ops removed.

        Raises HubError naming `where`.
        """


@runtime_checkable
class OpCheck(Format, Protocol):
    """A format that can also check the form that an op has in its files."""

    @abstractmethod
    def op_faults(self, op: "Op") -> list[str]:
        """Return what is wrong with an op's form, without a network."""


class Importer(Protocol):
    """A reader of users' network files.

    suffix: of files of this kind.  layout: of images in them, 'nchw' or 'nhwc'.
    executor: name of the executor that runs a file unchanged, for the proof. Its runs take the
    constants of the contract as second argument, and have `is_half`: whether they compute in
    float16.
    inspector: name of the zoo.plugs.Inspector that exposes the integers inside a quantized file,
    images NCHW.  tie_steps: how many steps from half to even it may round a tie.
    runtime: name of the executor that its users use.
    """

    name: str
    suffix: str
    layout: str
    executor: str
    inspector: str
    runtime: str
    tie_steps: int = 0

    @abstractmethod
    def recognises(self, head: bytes) -> bool:
        """Return whether a file that begins with these bytes, at least 8, is of this kind."""

    @abstractmethod
    def is_quantized(self, file: Path) -> bool:
        """Return whether the network computes with integers."""

    @abstractmethod
    def import_file(self, file: Path, inputs: Mapping[str, FileInput]) -> Graph:
        """Return the network as a simplified Graph with a dynamic batch and float32 CHW inputs.

        inputs: by name, for dynamic axes, another layout or type in the file. Raises a ZooError
        naming the file.
        """

    @abstractmethod
    def declared_inputs(self, file: Path) -> tuple[DeclaredInput, ...]:
        """Return the inputs as the file declares them; raises a ZooError naming the file."""

    def metadata(self, file: Path) -> Mapping[str, str]:  # noqa: ARG002
        """Return texts by key that the file's exporter wrote beside the network, if any.

        Raises a ZooError naming the file.
        """
        return {}

    @abstractmethod
    def data_files(self, file: Path) -> tuple[Path, ...]:
        """Return the files with a network's external weights; raises HubError."""


class Describer(Protocol):
    """A reader that describes a chip file."""

    name: str
    suffix: str

    @abstractmethod
    def describe(self, content: bytes, where: str) -> Mapping[str, object]:
        """Return facts in JSON types; raises ArtifactError naming `where`."""


@dataclass(frozen=True)
class PruneOptions:
    """Options of a pruning.

    share: of the multiply-accumulates that stays, above 0 and below 1.
    criterion: how channels are ranked, in the pruner's `criteria`.
    multiple: layers keep a multiple of it.  steps: prunings, each followed by training.
    fit(module, float_module, epochs) trains the smaller network in place, both torch modules from
    inputs by name to outputs by name; None to learn from the float network's outputs alone.
    epochs: after each step; 0 to train nothing.  last_epochs: after the last one, None for the
    same.  precision: of the training, in zoo.training.PRECISIONS.
    """

    share: float
    criterion: str = "taylor"
    multiple: int = 8
    steps: int = 4
    epochs: int = 8
    last_epochs: int | None = None
    seed: int = 0
    precision: str = FULL
    fit: Callable[[Any, Any, int], None] | None = None

    @property
    def training(self) -> str:
        """How the smaller network is trained: 'recipe', 'distillation' or 'none'."""
        if not any(map(self.epochs_of, range(1, self.steps + 1))):
            return "none"
        return "distillation" if self.fit is None else "recipe"

    def epochs_of(self, step: int) -> int:
        """Return the epochs after a step, from 1."""
        if step == self.steps and self.last_epochs is not None:
            return self.last_epochs
        return self.epochs


@dataclass(frozen=True)
class Thinned:
    """A float Graph in which one group of layers lost channels, untrained.

    layers: the names of their nodes.  channels: of each, before and after.
    """

    layers: tuple[str, ...]
    channels: tuple[int, int]
    graph: Graph


class Pruner(Protocol):
    """A method to make a float Graph smaller.

    criteria: the names that PruneOptions.criterion may have, the default first.
    """

    name: str
    criteria: tuple[str, ...]

    @abstractmethod
    def prune(
        self, graph: Graph, samples: Sequence[Feeds], options: PruneOptions
    ) -> Iterator[Graph]:
        """Yield a smaller float Graph with the same inputs and outputs after each step.

        The last one has the share that was asked for.
        samples: batches by input name, float32, of what the network sees.
        Raises UsageError for a share that cannot be reached, ToolchainError without PyTorch.
        """

    @abstractmethod
    def thinned(
        self, graph: Graph, samples: Sequence[Feeds], options: PruneOptions, shares: Sequence[float]
    ) -> Iterator[Thinned]:
        """Yield the Graph with one group of layers at a time thinned to each share of its channels.

        Of the options, criterion and seed count.
        """


@dataclass(frozen=True)
class QuantizeOptions:
    """Options of a quantization; each quantizer uses some of them.

    calibrator: 'minmax', 'percentile', 'mse', or 'auto' for the one that loses least.
    held_out: samples not used for calibration; 'auto' judges with them.
    fit, epochs, seed: for training. fit(module, float_module) trains the quantized network in
    place, both torch modules from inputs by name to outputs by name; None if there are no labels.
    epochs: None for the training's default.
    """

    calibrator: str = "auto"
    correct_bias: bool = True
    held_out: Sequence[Feeds] = ()
    fit: Callable[[Any, Any], None] | None = None
    epochs: int | None = None
    seed: int = 0


class Quantizer(Protocol):
    """A method to turn a float Graph into an integer one.

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
    """A compiler from a Graph to one kind of artifact.

    tools: external programs and modules that it needs.
    """

    name: str
    tools: tuple[Tool, ...] = ()

    @abstractmethod
    def lower(self, graph: Graph, target: Target, scheme: str) -> Artifact:
        """Return the artifact; raises UnsupportedOpError with op, node, reason and remedy."""

    def for_part(self, part: str) -> "Compiler":  # noqa: ARG002 (most need none)
        """Return the compiler for one network of several in a program.

        part: its role, 'network' or 'detector'. For artifacts that are linked into a program, whose
        names must differ.
        """
        return self


class Renderer(Protocol):
    """A writer of a program's source files."""

    name: str

    @abstractmethod
    def render(self, program: "CProgram") -> Mapping[str, bytes]:
        """Return the files by name, byte-identical for the same program."""


class Executor(Protocol):
    """A program on this machine that runs an artifact.

    tools: external programs and modules that it needs.
    stand_in: what it is in place of the board's chip or runtime, such as 'simulated KPU'; '' if it
    is what boards run. Its times tell nothing about a board.
    is_single: whether it computes on one thread, whatever `load` is asked for.
    """

    name: str
    tools: tuple[Tool, ...] = ()
    stand_in: str = ""
    is_single: bool = False

    @abstractmethod
    def load(self, folder: Path, main: str, threads: int = 1) -> "Run":
        """Return a function that runs the artifact in `folder`."""


@runtime_checkable
class Inspector(Executor, Protocol):
    """An executor that can also expose intermediate activations."""

    @abstractmethod
    def load_inside(self, folder: Path, main: str, names: Sequence[str]) -> "Run":
        """Return a function that runs the artifact and returns those of these activations it has.

        Integers are returned as the artifact stores them.
        """


@runtime_checkable
class OtherForms(Executor, Protocol):
    """An executor of an artifact that also has the network in other forms.

    other_forms: name of the executor of each, by its title in the certificate. They take the same
    main file and give the same integers. Where tools of one are missing, the certificate says so.
    """

    other_forms: Mapping[str, str]


@dataclass(frozen=True)
class Peak:
    """What a processor multiplies and accumulates at most, on one thread.

    instruction: with which, such as 'vpdpbusd of 512 bits'.
    """

    macs_per_ns: float
    instruction: str


@runtime_checkable
class PeakMeter(Executor, Protocol):
    """An executor that can measure the peak of what it runs on, for `zoo bench`."""

    @abstractmethod
    def peak(self) -> Peak | None:
        """Return the peak of the integer products that the artifact uses, None if unknown."""


class OpJudge(Executor, Protocol):
    """The executor 'reference', which also checks each op of another runtime on its own."""

    @abstractmethod
    def judge_ops(self, graph: Graph, inside: Feeds) -> "Iterator[OpDifference]":
        """Yield each op's difference from the reference's result for the same inputs.

        inside: activations of a runtime by name; an op with a missing one is skipped.
        """

    @abstractmethod
    def rounds(self, node: Node) -> bool:
        """Return whether another runtime may round the node's integers differently."""

    @abstractmethod
    def error_bounds(self, graph: Graph) -> Mapping[str, int]:
        """Return the proven maximum deviation of a runtime for each activation, in steps."""


@dataclass(frozen=True)
class OpDifference:
    """Differences of one op's integers, in steps.

    allowed: proven bound for the op on its own.  levels: steps from its smallest integer to its
    largest.
    """

    node: str
    steps: "NDArray[Any]"
    allowed: int
    levels: int

    @property
    def is_judged(self) -> bool:
        """Whether its integers can differ by more than is allowed."""
        return self.allowed < self.levels


class Run(Protocol):
    """A loaded network: outputs by name from inputs by name, float32."""

    def __call__(self, feeds: Feeds) -> "dict[str, NDArray[Any]]": ...


@runtime_checkable
class BareRun(Run, Protocol):
    """A Run whose conversions `zoo bench` times apart: it is read(invoke(store(feeds))).

    For a batch that the file has, or 1 if it has none.
    """

    def store(self, feeds: Feeds) -> Any:  # noqa: ANN401 (what the runtime takes)
        """Return the inputs as the runtime takes them; raises HubError for wrong feeds."""

    def invoke(self, stored: Any) -> Any:  # noqa: ANN401 (what the runtime gives)
        """Call the runtime, and nothing else."""

    def read(self, found: Any) -> "dict[str, NDArray[Any]]":  # noqa: ANN401 (what `invoke` returns)
        """Return the outputs by name."""


@dataclass(frozen=True)
class AppDetector:
    """A network of an app whose boxes are the regions of the other one; as in AppRequest."""

    model: str
    contract: Contract
    artifact_main: str
    regions: RegionRule
    artifact_files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class AppRequest:
    """Everything that a generated app depends on.

    artifact_files: contents by relative path, if available.
    detector: that finds the network's regions, None for none.
    notice: of the licences, '' for none.
    golden: the network's golden inputs, for apps that show examples; () for others.
    """

    model: str
    target: Target
    contract: Contract
    artifact_main: str
    artifact_files: Mapping[str, bytes] = field(default_factory=dict)
    detector: "AppDetector | None" = None
    notice: str = ""
    golden: Sequence[GoldenInput] = ()


@dataclass(frozen=True)
class AppRun:
    """The app's results for one picture.

    outputs: float32, without the batch.  record: what the app printed, as `json.loads` returns it:
    numbers, strings, nested lists, None for nan.
    """

    outputs: "Mapping[str, NDArray[Any]]"
    record: Mapping[str, Any]


@dataclass(frozen=True)
class ChainRun:
    """The results of an app with a detector for one picture.

    detector: the detector alone.  regions: the other network, for each of the detector's regions.
    """

    detector: AppRun
    regions: tuple[AppRun, ...]


@dataclass(frozen=True)
class Library:
    """A library that the app uses.

    file: the shared library in the bundle; a header if it is `compiled_in`.
    licence: SPDX expression.  texts: its licence files, by name in the bundle.
    sha256: of a header that the bundle has with changes, '' for the file's own.
    """

    name: str
    version: str
    licence: str
    file: Path
    texts: Mapping[str, Path]
    compiled_in: bool = False
    sha256: str = ""


class AppGenerator(Protocol):
    """A generator of a board's standalone app.

    stand_in: what replaces the board's processor or accelerator when `run` runs the app, '' for
    nothing.
    stand_in_differs: why its integers may differ from the executor's, '' if they do not.
    not_here: why the app can be neither built nor run on this machine; `build` and `run` are then
    not called.
    packages: the app's settings for package formats, by name.
    takes_signals: whether it also follows contracts of signals.
    takes_detectors: whether it also follows requests with a detector; then it has `run_chain`.
    step_form: the member of contract steps with their form in the app's language, such as
    'kotlin_file'; '' for C++, which every step has. Without it a build is refused at its start.
    shows_examples: whether its requests have the golden inputs.
    program_name: of the built program's file in a bundle's folder app/.
    run_note: how `run` runs the app here, for the certificate and the user, '' for nothing to say.
    trials, installations: how to try a bundle here, and how to install it; the first line that
    holds is what `zoo build` ends with, and a general one where none does.
    """

    name: str
    stand_in: str
    stand_in_differs: str = ""
    not_here: str = ""
    shows_examples: bool = False
    program_name: str = "app"
    run_note: str = ""
    takes_signals: bool = False
    takes_detectors: bool = False
    step_form: str = ""
    packages: Mapping[str, Any] = _NOTHING
    trials: tuple[Advice, ...] = ()
    installations: tuple[Advice, ...] = ()

    @property
    def tools(self) -> tuple[Tool, ...]:
        """External programs and modules that it needs."""
        return ()

    @abstractmethod
    def generate(self, request: AppRequest) -> Mapping[str, bytes]:
        """Return the app's source files by path, byte-identical for the same request."""

    @abstractmethod
    def build(self, source: Path, out: Path) -> Path:
        """Compile `source` and return the program below `out`; raises ToolchainError."""

    @abstractmethod
    def companions(self, request: AppRequest, facts: Mapping[str, str]) -> Mapping[str, bytes]:
        """Return a bundle's other files: README.md, install.sh, selftest.

        facts: bundle name, quantization, licence notice, the required C library, and the networks'
        memory.
        """

    @abstractmethod
    def libraries(self) -> tuple[Library, ...]:
        """Return the libraries that the program uses; raises ToolchainError if one is missing."""

    @abstractmethod
    def run(self, program: Path, artifact: Path, golden: Sequence[GoldenInput]) -> Sequence[AppRun]:
        """Run the program on each picture as the board would, in the picture's box."""

    def run_chain(
        self, program: Path, artifact: Path, detector: Path, pictures: Sequence[Path]
    ) -> Sequence[ChainRun]:
        """Run a program with a detector on each whole picture. detector: its artifact."""
        raise NotImplementedError(f"app '{self.name}' takes no detectors")

    def summary(
        self,
        program: Path,
        artifact: Path,
        detector: Path | None,
        words: Sequence[str],
        film: str = "",
    ) -> Mapping[str, Any]:
        """Return a program's summary with these options, run as the board would.

        detector: its artifact, None for a program of one network.  film: an sh command whose output
        the program reads.
        """
        raise NotImplementedError(f"app '{self.name}' does not tell summaries")


@dataclass(frozen=True)
class PackageRequest:
    """Contents of a package.

    facts: as for AppGenerator.companions.
    folder: the bundle's files, manifest included; the program is app/app.
    settings: the app's settings for this format, None for none.
    """

    request: AppRequest
    facts: Mapping[str, str]
    folder: Path
    settings: Any = None


class Package(Protocol):
    """A package format for bundles; its name is the file suffix.

    tools: external programs and modules that it needs.
    needs_settings: whether an app must have settings for it.
    trials, installations: how to try and to install its files, before what the app says.
    """

    name: str
    tools: tuple[Tool, ...] = ()
    needs_settings: bool = False
    trials: tuple[Advice, ...] = ()
    installations: tuple[Advice, ...] = ()

    @abstractmethod
    def write(self, bundle: PackageRequest, file: Path) -> None:
        """Write the file, byte-identical for the same bundle.

        Raises RefusedError if the app has no settings for it.
        """


class Dataset(Protocol):
    """A reader of one folder layout of labelled data.

    summary: contents of the folder.
    splits: the available splits, including 'train' and 'test'; () if the folder has none.
    """

    name: str
    summary: str
    splits: tuple[str, ...]

    @abstractmethod
    def recognises(self, folder: Path) -> bool:
        """Return whether the file names in a folder match this layout."""

    @abstractmethod
    def points(self, folder: Path) -> int:
        """Return the number of landmarks per sample, 0 for none; raises DataError."""

    @abstractmethod
    def read(self, folder: Path, split: str) -> object:
        """Return the samples, zoo.data.crops.Crops for landmarks of faces; split: '' for none.

        Raises DataError naming the file, and the line, at fault.
        """

    @abstractmethod
    def pictures(self, folder: Path, split: str) -> "Sequence[Picture]":
        """Return the samples' photos, unread, with their boxes, for calibration."""
