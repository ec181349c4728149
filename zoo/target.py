"""A target: a board as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Self

from zoo.advice import Advice
from zoo.errors import UnknownNameError
from zoo.names import check_name
from zoo.roofline import Roofline

__all__ = ["ARCHIVE", "Fact", "Runtime", "Target"]

Fact = str | int | tuple[str, ...]

ARCHIVE = "tar.gz"
"""The format of every bundle, which the zoo itself reads."""


@dataclass(frozen=True)
class Runtime:
    """An alternative runtime for a board.

    title: for display.  compiler, executor, app: names of plugins.
    accepts: further schemes that --scheme may select, also such as the target refuses.
    refuses: additional refusals of quantizations and schemes, as for a target.
    slow: types of values, such as int16, in which a later runtime of `fastest_first` is faster.
    cpu_tail, rooflines: as for a target.  package: instead of the target's, '' for that.
    """

    title: str
    compiler: str
    executor: str
    app: str
    accepts: tuple[str, ...] = ()
    refuses: Mapping[str, str] = field(default_factory=dict)
    slow: tuple[str, ...] = ()
    cpu_tail: bool = False
    package: str = ""
    rooflines: Mapping[str, Roofline] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _keep_dicts(self)


@dataclass(frozen=True)
class Target:
    """A board, and the plugins that build for it.

    compiler, executor, app: names of plugins.
    schemes: scheme by --quant ('none', 'fp16', 'ptq', 'qat'); the order does not imply a default.
    accepts: further schemes that --scheme may select.
    refuses: reason and remedy by refused quantization or scheme that users might expect to work.
    package: additional package format, such as 'deb'; a bundle is always an archive.
    facts: properties for the compiler, the app and the reader, with units in the keys.
    runtimes: alternative runtimes of the board, by name.
    own_runtime: name of the board's own one for --runtime, '' for none.
    fastest_first: names among both, which --runtime auto tries in this order; empty: its own only.
    chooses_runtime: whether a build that names no runtime is one with --runtime auto.
    slow: of the board with one of its runtimes, that one's.
    cpu_tail: whether the end of a network may stay float and run on the CPU; the compiler says
    where its own part ends (zoo.graph_parts.Cutter).
    programs: optional vendor programs, which the compiler uses if they are on the PATH.
    variants: differing facts by variant name; selected as 'board:variant'.
    installations: how to install a bundle, where its package does not tell, before what its app
    says; `zoo build` ends with the first line that holds.
    rooflines: speed of what computes a network, by number format such as 'int8', for `zoo
    estimate`; empty if unknown, or if the compiler estimates times (zoo.capability.TimeEstimate).
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
    own_runtime: str = ""
    fastest_first: tuple[str, ...] = ()
    chooses_runtime: bool = False
    slow: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    cpu_tail: bool = False
    installations: tuple[Advice, ...] = ()
    rooflines: Mapping[str, Roofline] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_name("board", self.name)
        for part in ("schemes", "variants", "runtimes"):
            for name in getattr(self, part):
                check_name(f"{self.name}: one of its {part}", name)
        if self.own_runtime:
            check_name(f"{self.name}: its own runtime", self.own_runtime)
        _keep_dicts(self)

    @property
    def packages(self) -> tuple[str, ...]:
        """Return the formats of its bundles, the zoo's own first."""
        return tuple(dict.fromkeys((ARCHIVE, self.package)))

    @property
    def runtime_names(self) -> tuple[str, ...]:
        """Return the words that `with_runtime` takes."""
        return tuple(filter(None, (self.own_runtime, *self.runtimes)))

    def variant(self, name: str) -> Self:
        """Return that variant of the board, named 'board-variant'; raises UnknownNameError."""
        if name not in self.variants:
            raise UnknownNameError(f"variant of {self.name}", name, self.variants)
        facts = {**self.facts, **self.variants[name]}
        return replace(self, name=f"{self.name}-{name}", facts=facts, variants={})

    def with_runtime(self, name: str) -> Self:
        """Return the board with that runtime, named 'board-runtime'; raises UnknownNameError.

        Its own runtime is the board itself.
        """
        if name == self.own_runtime:
            return self
        if name not in self.runtimes:
            usual = "a build chooses" if self.chooses_runtime else self.own_runtime or self.executor
            own = f" (without --runtime: {usual})"
            raise UnknownNameError(f"runtime of {self.name}", name, self.runtime_names, own)
        runtime = self.runtimes[name]
        kept = tuple(scheme for scheme in self.accepts if scheme not in runtime.refuses)
        refused = {k: why for k, why in self.refuses.items() if k not in runtime.accepts}
        return replace(
            self,
            name=f"{self.name}-{name}",
            compiler=runtime.compiler,
            executor=runtime.executor,
            app=runtime.app,
            schemes={q: own for q, own in self.schemes.items() if q not in runtime.refuses},
            accepts=tuple(dict.fromkeys((*kept, *runtime.accepts))),
            refuses={**refused, **runtime.refuses},
            facts={**self.facts, "runtime": runtime.title},
            runtimes={},
            own_runtime="",
            fastest_first=(),
            chooses_runtime=False,
            slow=runtime.slow,
            cpu_tail=runtime.cpu_tail,
            package=runtime.package or self.package,
            rooflines=runtime.rooflines,
        )


def _keep_dicts(data: "Runtime | Target") -> None:
    """Replace mappings of other types: only a dict can be copied, and so be part of a key."""
    for member in fields(data):
        value = getattr(data, member.name)
        if isinstance(value, Mapping):
            object.__setattr__(data, member.name, dict(value))
