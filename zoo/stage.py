"""A stage of a build as data: what it reads, what its result depends on, what it runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zoo.plan import Plan

__all__ = ["Stage"]


def _nothing(plan: Plan) -> Mapping[str, Path]:  # noqa: ARG001
    return {}


def _no_options(plan: Plan) -> Mapping[str, object]:  # noqa: ARG001
    return {}


@dataclass(frozen=True)
class Stage:
    """One arrow of the way from model to bundle.

    needs: earlier stages whose results it reads.  packages: Python packages, ours and others',
    whose version or code its result depends on.
    files, options: what else it depends on.
    run: dotted path of `run(plan, needs: Mapping[str, Path], out: Path)`, imported on use.
    """

    name: str
    summary: str
    run: str
    needs: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    files: Callable[[Plan], Mapping[str, Path]] = field(default=_nothing)
    options: Callable[[Plan], Mapping[str, object]] = field(default=_no_options)
