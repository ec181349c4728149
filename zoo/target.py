"""A target: a board as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from zoo.errors import UnknownNameError
from zoo.names import check_name

__all__ = ["ARCHIVE", "Fact", "Runtime", "Target"]

Fact = str | int | tuple[str, ...]

ARCHIVE = "tar.gz"
"""The form of every bundle, which the zoo itself reads."""


@dataclass(frozen=True)
class Runtime:
    """Another way to run networks on a board.

    title: for people.  compiler, executor, app: names of plugins.  refuses: as of a target, what
    this runtime refuses more.
    """

    title: str
    compiler: str
    executor: str
    app: str
    refuses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """A board, and which plugins build for it.

    compiler, executor, app: names of plugins.
    schemes: scheme by --quant ('none', 'fp16', 'ptq', 'qat'); the first entry is no default.
    accepts: further schemes that --scheme may ask for.
    refuses: reason and remedy by quantization or scheme that users would expect but must not have.
    package: form that the board takes, such as 'deb'; a bundle is an archive, too.
    facts: what the compiler, the app and the reader need to know, units in the keys.
    runtimes: other ways to run networks on the board, by name.
    programs: of a vendor, which the compiler uses where they are on the PATH; it does without.
    variants: facts that differ, by the name under which a board can be had in another form; asked
    for as 'board:variant'.
    """

    name: str
    summary: str
    compiler: str
    executor: str
    app: str
    schemes: Mapping[str, str]
    accepts: tuple[str, ...] = ()
    refuses: Mapping[str, str] = field(default_factory=dict)
    package: str = ARCHIVE
    facts: Mapping[str, Fact] = field(default_factory=dict)
    variants: Mapping[str, Mapping[str, Fact]] = field(default_factory=dict)
    runtimes: Mapping[str, Runtime] = field(default_factory=dict)
    programs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_name("board", self.name)
        for quantization in self.schemes:
            check_name(f"quantization of {self.name}", quantization)

    @property
    def packages(self) -> tuple[str, ...]:
        """Return the forms in which its bundles are made, the zoo's own first."""
        return tuple(dict.fromkeys((ARCHIVE, self.package)))

    def variant(self, name: str) -> Self:
        """Return the board in that form, named 'board-variant'; raises UnknownNameError."""
        if name not in self.variants:
            raise UnknownNameError(f"variant of {self.name}", name, self.variants)
        facts = {**self.facts, **self.variants[name]}
        return replace(self, name=f"{self.name}-{name}", facts=facts, variants={})

    def with_runtime(self, name: str) -> Self:
        """Return the board with another runtime, named 'board-runtime'; raises UnknownNameError."""
        if name not in self.runtimes:
            raise UnknownNameError(f"runtime of {self.name}", name, self.runtimes)
        runtime = self.runtimes[name]
        return replace(
            self,
            name=f"{self.name}-{name}",
            compiler=runtime.compiler,
            executor=runtime.executor,
            app=runtime.app,
            accepts=tuple(scheme for scheme in self.accepts if scheme not in runtime.refuses),
            refuses={**self.refuses, **runtime.refuses},
            facts={**self.facts, "runtime": runtime.title},
            runtimes={},
        )
