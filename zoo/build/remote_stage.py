"""One stage of a build, run by a worker.

A worker gets names, not plans: it makes its own plan, of its own installed plugins. With a cache
in a folder that all see, results stay there. Otherwise a worker uses a cache of its own, says what
it lacks, and returns what it made.
"""

import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from zoo.build.cache import Cache, Outcome
from zoo.build.choice import CHOICE
from zoo.build.matrix import Cell
from zoo.build.pipeline import next_step
from zoo.cache_folder import cache_folder
from zoo.error_codes import SYSTEM
from zoo.errors import RefusedError, WorkerError, ZooError

__all__ = ["Failed", "Job", "Lacking", "Made", "packed", "perform", "receive"]


@dataclass(frozen=True)
class Job:
    """The next stage of a build. done: results of the stages before, by name.

    cache: that all see, None for the worker's own.  force: run it though it is cached.
    """

    cell: Cell
    done: Mapping[str, Outcome]
    cache: Path | None
    force: bool = False


@dataclass(frozen=True)
class Made:
    """A stage's outcome. content: the packed result, empty in a cache that all see."""

    outcome: Outcome
    content: bytes = b""


@dataclass(frozen=True)
class Failed:
    """Why a stage, or a whole build, has no result.

    is_refused: the target does not take it.  code: of the kind of error (zoo.error_codes).
    """

    reason: str
    is_refused: bool = False
    code: str = WorkerError.code

    @classmethod
    def by(cls, error: ZooError | OSError) -> Self:
        """Return what an error says."""
        code = error.code if isinstance(error, ZooError) else SYSTEM
        return cls(str(error), isinstance(error, RefusedError), code)


@dataclass(frozen=True)
class Lacking:
    """Names of the results that a worker has to be sent."""

    names: tuple[str, ...]


def perform(job: Job, sent: Mapping[str, bytes]) -> Made | Failed | Lacking:
    """Run a job on a worker. sent: packed results by name."""
    try:
        return _perform(job, sent)
    except ZooError as error:
        return Failed.by(error)


def packed(outcome: Outcome) -> bytes:
    """Return a result with its record as an archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(outcome.folder.parent, ".")
    return buffer.getvalue()


def receive(cache: Cache, outcome: Outcome, content: bytes) -> Outcome:
    """Put a packed result into a cache; raises CacheError if it is not the outcome's."""
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        cache.receive(outcome, lambda folder: tar.extractall(folder, filter="data"))
    return cache.local(outcome)


def _perform(job: Job, sent: Mapping[str, bytes]) -> Made | Lacking:
    cache = Cache(job.cache or cache_folder())
    done = {name: cache.local(outcome) for name, outcome in job.done.items()}
    for name, content in sent.items():
        receive(cache, job.done[name], content)
    if CHOICE.name in done and not done[CHOICE.name].folder.is_dir():
        return Lacking((CHOICE.name,))  # it says what the next step is
    step = next_step(job.cell.plan(), done)
    if step is None:
        raise ValueError(f"{job.cell.row}: all stages are done")
    if lacking := tuple(name for name, need in step.needs.items() if not need.folder.is_dir()):
        return Lacking(lacking)
    outcome = cache.perform(step.task, step.run, job.force)
    return Made(outcome, b"" if job.cache else packed(outcome))
