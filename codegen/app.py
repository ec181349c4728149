"""An app as data: back end, toolchain, requirements for running here, texts and packages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from codegen.app_run import run_app, run_chain, run_summary
from codegen.companions import TEXTS, readme
from codegen.contract_code import contracts_of
from codegen.templates import render
from zoo.advice import Advice
from zoo.errors import ToolchainError
from zoo.plugs import AppGenerator, AppRequest, AppRun, ChainRun, Library
from zoo.recipe import GoldenInput
from zoo.tool import Tool

__all__ = ["App", "Backend", "Call", "Toolchain", "alone", "as_it_is"]


@dataclass(frozen=True)
class Call:
    """How to call a program on this machine.

    artifact: the file it loads.  options: additional arguments.  environment: variables by name.
    """

    artifact: Path
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


class Backend(Protocol):
    """Generates an app's sources. tools: required tools."""

    @property
    def tools(self) -> tuple[Tool, ...]: ...

    def sources(self, request: AppRequest) -> Mapping[str, bytes]:
        """Return the sources by relative path; the contract is already checked."""

    def libraries(self) -> tuple[Library, ...]:
        """Return the libraries among the sources; raises ToolchainError if one is missing."""


class Toolchain(Protocol):
    """Compiles programs, and starts them on this machine. tools: required tools."""

    @property
    def tools(self) -> tuple[Tool, ...]: ...

    def libraries(self) -> tuple[Library, ...]:
        """Return the compiler's own libraries that are linked into programs."""

    def build(self, source: Path, out: Path) -> Path:
        """Compile `source` and return the program below `out`; raises ToolchainError."""

    def launcher(self, environment: Mapping[str, str]) -> AbstractContextManager[tuple[str, ...]]:
        """Yield the command prefix that starts a program here with these variables.

        Raises ToolchainError if an emulator is missing.
        """


def alone(artifact: Path, folder: Path) -> Call:  # noqa: ARG001 (nothing to create)
    """Return the call of a program that needs only the artifact."""
    return Call(artifact)


def as_it_is(artifact: Path, folder: Path) -> Path:  # noqa: ARG001 (nothing to create)
    """Return a detector's artifact, which its program loads itself."""
    return artifact


@dataclass(frozen=True)
class App(AppGenerator):
    """An app, composed of the parts for its board.

    toolchain: None for an app that is not built here; `not_here` says why.
    prepare(artifact, folder): creates in an empty folder what the program needs to run here, such
    as a stand-in for the chip, and returns how to call it.
    prepare_detector(artifact, folder): does the same for the detector of a chain, for the same
    call, and returns the file that the program loads.
    carries: libraries that the bundle contains for the program.
    texts: the companions' templates by name; a Path is another distribution's file.
    further: what the templates get besides `bundle` (codegen.companions.Readme).
    loads: the name of the file that the program loads, given the artifact's main file.
    """

    name: str
    backend: Backend
    toolchain: Toolchain | None = None
    prepare: Callable[[Path, Path], Call] = alone
    prepare_detector: Callable[[Path, Path], Path] = as_it_is
    carries: Callable[[], tuple[Library, ...]] = tuple
    texts: Mapping[str, str | Path] = field(default_factory=lambda: TEXTS)
    further: Mapping[str, object] = field(default_factory=dict)
    loads: Callable[[str], str] = str
    packages: Mapping[str, Any] = field(default_factory=dict)
    stand_in: str = ""
    stand_in_differs: str = ""
    not_here: str = ""
    takes_signals: bool = False
    takes_detectors: bool = False
    step_form: str = ""
    trials: tuple[Advice, ...] = ()
    installations: tuple[Advice, ...] = ()

    @property
    def tools(self) -> tuple[Tool, ...]:
        """Tools for generating, building and running."""
        return (*(self.toolchain.tools if self.toolchain else ()), *self.backend.tools)

    def generate(self, request: AppRequest) -> Mapping[str, bytes]:
        """Return the sources; raises RecipeError for a contract that no app can follow."""
        # On demand: it loads numpy, and a build of what is cached generates nothing.
        from zoo.data.processing import rehearse

        for contract in contracts_of(request):
            rehearse(contract)
        return self.backend.sources(self._loading(request))

    def build(self, source: Path, out: Path) -> Path:
        """Compile for the board; raises ToolchainError."""
        return self._toolchain(source).build(source, out)

    def companions(self, request: AppRequest, facts: Mapping[str, str]) -> Mapping[str, bytes]:
        """Return a bundle's texts and scripts. facts: as for codegen.companions.readme."""
        bundle = readme(self._loading(request), facts)
        return {
            name: render(text, bundle=bundle, **self.further) for name, text in self.texts.items()
        }

    def libraries(self) -> tuple[Library, ...]:
        """Return the bundled and compiled-in libraries; raises ToolchainError."""
        linked = self.toolchain.libraries() if self.toolchain else ()
        return (*self.carries(), *self.backend.libraries(), *linked)

    def run(
        self, program: Path, artifact: Path, golden: Sequence[GoldenInput]
    ) -> tuple[AppRun, ...]:
        """Run the program on each picture, as close to the board as this machine allows."""
        with self._started(artifact, program) as (call, words, _):
            return tuple(
                run_app(program, call.artifact, item, call.options, words) for item in golden
            )

    def run_chain(
        self, program: Path, artifact: Path, detector: Path, pictures: Sequence[Path]
    ) -> tuple[ChainRun, ...]:
        """Run a program with a detector on each whole picture."""
        with self._started(artifact, program) as (call, words, folder):
            found = self.prepare_detector(detector, folder)
            return tuple(
                run_chain(program, call.artifact, found, picture, call.options, words)
                for picture in pictures
            )

    def summary(
        self,
        program: Path,
        artifact: Path,
        detector: Path | None,
        words: Sequence[str],
        film: str = "",
    ) -> Mapping[str, Any]:
        """Return a program's summary, as close to the board as this machine allows."""
        with self._started(artifact, program) as (call, launcher, folder):
            command = [*launcher, str(program), "--model", str(call.artifact), *call.options]
            if detector is not None:
                command += ["--detector", str(self.prepare_detector(detector, folder))]
            return run_summary([*command, *words], film)

    @contextmanager
    def _started(
        self, artifact: Path, program: Path
    ) -> Iterator[tuple[Call, tuple[str, ...], Path]]:
        """Yield how to call a program here, the command prefix that starts it, and its folder."""
        toolchain = self._toolchain(program)
        with TemporaryDirectory(prefix="zoo-app-") as folder:
            call = self.prepare(artifact, Path(folder))
            with toolchain.launcher(call.environment) as words:
                yield call, words, Path(folder)

    def _loading(self, request: AppRequest) -> AppRequest:
        detector = request.detector
        if detector is not None:
            detector = replace(detector, artifact_main=self.loads(detector.artifact_main))
        main = self.loads(request.artifact_main)
        return replace(request, artifact_main=main, detector=detector)

    def _toolchain(self, what: Path) -> Toolchain:
        if self.toolchain is None:
            raise ToolchainError(f"{what}: {self.not_here}")
        return self.toolchain
