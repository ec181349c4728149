"""A build stage as data: its inputs, its dependencies, and the function it runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zoo.build.plan import Plan

__all__ = ["DETECTOR", "Stage", "needs_of_detector"]

DETECTOR = "detector"
"""First word of the names of the stages that build a chain's detector."""


def _nothing(plan: Plan) -> Mapping[str, Path]:  # noqa: ARG001
    return {}


def _no_options(plan: Plan) -> Mapping[str, object]:  # noqa: ARG001
    return {}


def needs_of_detector(needs: Mapping[str, Path]) -> Mapping[str, Path]:
    """Return the results of a chain's detector among those that a stage needs, by stage."""
    start = f"{DETECTOR} "
    return {name.removeprefix(start): p for name, p in needs.items() if name.startswith(start)}


@dataclass(frozen=True)
class Stage:
    """One step on the path from model to bundle.

    needs: earlier stages whose results it reads.  files, options: other parts of the plan that
    determine its result; the code that it uses is recorded while it runs.
    tells: whether it records what all stages up to it used.
    run: dotted path of `run(plan, needs: Mapping[str, Path], out: Path)`, imported on use.
    """

    name: str
    summary: str
    run: str
    needs: tuple[str, ...] = ()
    files: Callable[[Plan], Mapping[str, Path]] = field(default=_nothing)
    options: Callable[[Plan], Mapping[str, object]] = field(default=_no_options)
    tells: bool = False
