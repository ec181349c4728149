"""Builds a matrix: cells side by side, each stage once, on an executor of workers.

The stages are those of zoo.build.pipeline. This process decides what runs next and knows all
results by their keys; workers run stages. A cell that fails ends alone.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

from zoo.blame import blame
from zoo.build.cache import Cache, Outcome
from zoo.build.choice import settled
from zoo.build.delivery import deliver, notes
from zoo.build.matrix import Cell, in_matrix_words
from zoo.build.pipeline import Step, next_step
from zoo.build.plan import Plan
from zoo.build.remote_stage import Failed, Job, Lacking, Made, packed, perform, receive
from zoo.errors import CacheError, UsageError, WorkerError, ZooError

__all__ = ["BuiltCell", "Count", "MatrixBuild"]


@dataclass(frozen=True)
class BuiltCell:
    """What became of a cell.

    state: 'built', 'cached' if no stage had to run, 'refused' by its target, or 'failed'.
    reason: of the last two.  code: of the kind of error that it is (zoo.error_codes).
    """

    cell: Cell
    state: str
    packages: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    reason: str = ""
    code: str = ""


@dataclass(frozen=True)
class Count:
    """Stages so far. shared: results that a cell took over from another one of this build."""

    ran: int = 0
    cached: int = 0
    shared: int = 0
    running: int = 0


@dataclass(frozen=True)
class _Underway:
    """A cell on its way. done: results of its stages.  ran: whether one had to run."""

    cell: Cell
    plan: Plan
    done: Mapping[str, Outcome] = field(default_factory=dict)
    ran: bool = False

    def with_result(self, name: str, outcome: Outcome) -> "_Underway":
        ran = self.ran or not outcome.hit
        return replace(self, done={**self.done, name: outcome}, ran=ran)


@dataclass(frozen=True)
class _Running:
    """A stage that a worker runs. waiting: the cells that need it, the first of them asked."""

    job: Job
    step: Step
    waiting: tuple[_Underway, ...]


class MatrixBuild:
    """The state of one build of a matrix. count: stages so far, for progress.

    ship: workers have caches of their own, so that results are sent.
    """

    def __init__(
        self, cache: Cache, workers: Executor, out: Path, *, force: bool = False, ship: bool = False
    ) -> None:
        self.count = Count()
        self._cache, self._workers, self._out = cache, workers, out
        self._force, self._ship = force, ship
        self._known: dict[str, Outcome | Failed] = {}
        self._running: dict[str, _Running] = {}
        self._futures: dict[Future[Made | Failed | Lacking], str] = {}

    def build(
        self, cells: Sequence[Cell], progress: Callable[[], object] = lambda: None
    ) -> Iterator[BuiltCell]:
        """Yield each cell when it has ended. progress: called when a stage starts or ends."""
        ready: deque[_Underway] = deque()
        names: dict[str, Cell] = {}
        for cell in cells:
            started = _started(cell, names)
            if isinstance(started, BuiltCell):
                yield started
            else:
                ready.append(started)
        while ready or self._futures:
            while ready:
                if ended := self._advanced(ready.popleft()):
                    yield ended
                progress()
            ready.extend(self._finished())
            progress()

    def _advanced(self, under: _Underway) -> BuiltCell | None:
        """Go on until a stage has to run; return the cell when it has ended."""
        while step := next_step(under.plan, under.done):
            try:
                found = self._result(under, step)
            except (ZooError, OSError) as error:  # such as an input that is gone
                found = Failed.by(error)
            if found is None:
                return None
            if isinstance(found, Failed):
                return _failed(under.cell, found)
            under = under.with_result(step.name, found)
        return self._delivered(under)

    def _result(self, under: _Underway, step: Step) -> Outcome | Failed | None:
        """Return a stage's result, None if it is not there yet and a worker has been asked."""
        found = self._cache.preview(step.task)
        if found.key in self._running:
            running = self._running[found.key]
            self._running[found.key] = replace(running, waiting=(*running.waiting, under))
            return None
        if known := self._known.get(found.key):
            self._add(shared=int(isinstance(known, Outcome)))
            return known
        if found.hit and not self._force:
            self._add(cached=1)
            self._known[found.key] = found
            return found
        job = Job(under.cell, under.done, None if self._ship else self._cache.folder, self._force)
        self._running[found.key] = _Running(job, step, (under,))
        self._submit(found.key, {})
        self._add(running=1)
        return None

    def _submit(self, key: str, sent: Mapping[str, bytes]) -> None:
        future = self._workers.submit(perform, self._running[key].job, sent)
        self._futures[future] = key

    def _finished(self) -> Iterator[_Underway]:
        """Wait for stages to end and yield the cells that can go on."""
        done, _ = wait(self._futures, return_when=FIRST_COMPLETED)
        for future in done:
            key = self._futures.pop(future)
            answer = _answer(future)
            if isinstance(answer, Lacking):
                needs = self._running[key].step.needs
                self._submit(key, {name: packed(needs[name]) for name in answer.names})
                continue
            running = self._running.pop(key)
            found = self._known[key] = self._checked(running, answer)
            self._add(running=-1, ran=1)
            if isinstance(found, Failed):  # as these cells will learn when they ask
                yield from running.waiting
                continue
            self._add(shared=len(running.waiting) - 1)
            yield from (under.with_result(running.step.name, found) for under in running.waiting)

    def _checked(self, running: _Running, answer: Made | Failed) -> Outcome | Failed:
        """Return a worker's result as one of this machine's cache.

        It fails if it was made by other code, libraries or tools than those here.
        """
        if isinstance(answer, Failed):
            return answer
        try:
            if answer.content:
                receive(self._cache, answer.outcome, answer.content)
            found = self._cache.preview(running.step.task)
        except CacheError as error:
            return Failed.by(error)
        if not found.hit:
            return Failed(
                f"{running.step.name}: the worker's surroundings are not those here "
                f"({found.reason}); install the same versions, in the same folders"
            )
        return replace(found, hit=answer.outcome.hit, reason=answer.outcome.reason)

    def _delivered(self, under: _Underway) -> BuiltCell:
        done = {name: outcome.folder for name, outcome in under.done.items()}
        try:
            plan = settled(under.plan, done)
            packages = deliver(plan, done, self._cache, self._out)
        except (UsageError, CacheError) as error:
            return _failed(under.cell, Failed.by(error))
        state = "built" if under.ran else "cached"
        told = tuple(map(in_matrix_words, notes(plan, done)))
        return BuiltCell(under.cell, state, tuple(packages), told)

    def _add(self, **more: int) -> None:
        now = {name: getattr(self.count, name) + number for name, number in more.items()}
        self.count = replace(self.count, **now)


def _started(cell: Cell, names: dict[str, Cell]) -> _Underway | BuiltCell:
    """Return a cell with its plan. names: cells by the name of the bundle, which is added."""
    try:
        with blame():
            plan = cell.plan()
    except ZooError as error:
        return _failed(cell, Failed.by(error))
    other = names.setdefault(plan.build_name, cell)
    if other is not cell:
        why = f"{plan.build_name} is the name of another cell's bundle, of model {other.model}"
        remedy = "give its table among the models another name"
        return _failed(cell, Failed(f"{why}; {remedy}", code=UsageError.code))
    return _Underway(cell, plan)


def _failed(cell: Cell, why: Failed) -> BuiltCell:
    state = "refused" if why.is_refused else "failed"
    return BuiltCell(cell, state, reason=in_matrix_words(why.reason), code=why.code)


def _answer(future: "Future[Made | Failed | Lacking]") -> Made | Failed | Lacking:
    try:
        return future.result()
    except WorkerError as error:
        return Failed.by(error)
    except Exception as error:  # of a cluster: a killed worker, or what its task raised
        return Failed(f"{type(error).__name__}: {error}")
