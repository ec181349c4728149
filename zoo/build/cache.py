"""Content-addressed cache of stage results.

A result is a folder named by a digest of everything it depends on. It is created beside the
cache's entries and renamed into place under a lock, so it is complete or absent, however a build
ends. Later stages depend only on a result's files: a stage that reruns and writes the same files
causes no further work.

Inputs and options are known before a stage runs and form its key. What the stage uses
(zoo.provenance.used) is known afterwards and stored with the result. The result is valid while
those facts and its own files are unchanged.
"""

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from secrets import token_hex

from zoo.digest import digest_json, digest_path, folder_digests
from zoo.errors import CacheError, NotWrittenError
from zoo.provenance.used import Thing, Used, facts, recording

__all__ = ["Cache", "Outcome", "Task"]

_RECORD = "stage.json"
_FILES = "files"
_OUT_OF_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})


@dataclass(frozen=True)
class Task:
    """A stage with everything known before it runs that determines its result.

    build_name: whose stage it is, such as 'pfld.x86.ptq'; only explanations use it.
    inputs: files and folders by name.  needs: digests of earlier stages' results by name.
    options: JSON values.  before: what earlier stages used that it also records.
    """

    stage: str
    build_name: str
    inputs: Mapping[str, Path] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)
    before: Used = frozenset()

    def ingredients(self) -> dict[str, object]:
        """Return the contents of the key in JSON types, so that two can be compared."""
        inputs = {f"input {name}": digest_path(path) for name, path in self.inputs.items()}
        needs = {f"input {name}": digest for name, digest in self.needs.items()}
        options = {f"option {name}": value for name, value in self.options.items()}
        before = {"told": sorted(f"{thing.kind} {thing.name}" for thing in self.before)}
        parsed: dict[str, object] = json.loads(json.dumps({**inputs, **needs, **options, **before}))
        return parsed


@dataclass(frozen=True)
class Outcome:
    """Outcome of a task.

    digest: of the result's files.  used: during the run.
    reason: why it was rebuilt, 'cached' if it was not.
    """

    stage: str
    key: str
    folder: Path
    hit: bool
    reason: str
    digest: str = ""
    used: Used = frozenset()


@dataclass(frozen=True)
class _Record:
    """The stored record of a result. files: digests by relative path."""

    stage: str
    build_name: str
    ingredients: Mapping[str, object]
    used: Used
    facts: Mapping[str, str]
    files: Mapping[str, str]

    def to_json(self) -> str:
        used = [asdict(thing) for thing in sorted(self.used)]
        return json.dumps({**vars(self), "used": used}, indent=2, sort_keys=True)

    def changes(self, ingredients: Mapping[str, object]) -> list[str]:
        """Return the names of everything that changed, including parts of values."""
        then = dict(_flat({**self.ingredients, **self.facts}))
        now = dict(_flat({**ingredients, **facts(self.used)}))
        return _differing(then, now)


@dataclass(frozen=True)
class Cache:
    """Stage results below one folder.

    entries/KEY.FACTS/files: a stage's output.  stage.json beside it: its inputs and digests.
    locks/KEY.lock.  last/BUILD.STAGE.json: the last build's stage.json.
    code/: digests of code that did not change.
    """

    folder: Path

    @property
    def digests_folder(self) -> Path:
        """Where digests of code are kept (zoo.provenance.known_digests)."""
        return self.folder / "code"

    def perform(self, task: Task, run: Callable[[Path], object], force: bool = False) -> Outcome:
        """Return the task's result, running it only if it is not cached.

        run: fills an empty folder.  Raises CacheError if the cache cannot be written.
        """
        self._remove_leftovers()
        ingredients = task.ingredients()
        key = digest_json([task.stage, ingredients])
        found = None if force else self._find(key)
        if found is not None:
            return _hit(key, *found)
        with self._lock(key):
            found = None if force else self._find(key)
            if found is not None:
                return replace(_hit(key, *found), reason="cached by another build")
            reason = "forced" if force else self._explain(task, key, ingredients)
            entry, record = self._make(key, task, ingredients, run)
            self._remember(key, record)
        return replace(_hit(key, entry, record), hit=False, reason=reason)

    def preview(self, task: Task) -> Outcome:
        """Return what `perform` would do, without doing it."""
        ingredients = task.ingredients()
        key = digest_json([task.stage, ingredients])
        found = self._find(key)
        if found is not None:
            return _hit(key, *found)
        reason = self._explain(task, key, ingredients)
        return Outcome(task.stage, key, self._entry(key) / _FILES, False, reason)

    def local(self, outcome: Outcome) -> Outcome:
        """Return an outcome of another cache with the folder that it has, or would have, here."""
        return replace(outcome, folder=self._entry(outcome.folder.parent.name) / _FILES)

    def receive(self, outcome: Outcome, fill: Callable[[Path], object]) -> None:
        """Add the result of another cache. fill: writes its entry into a folder.

        Raises CacheError if it is not what the outcome says.
        """
        entry = self.local(outcome).folder.parent
        with self._lock(outcome.key), self._unfinished(outcome.key) as unfinished:
            if entry.is_dir():  # another worker of this machine was faster
                return
            with self._writing(only=_OUT_OF_SPACE):
                fill(unfinished)
            record = _read(unfinished / _RECORD)
            if not record or digest_json(record.files) != outcome.digest:
                raise CacheError(f"{outcome.stage}: another result was received than was sent")
            if damage := _damage(unfinished, record):
                raise CacheError(f"{outcome.stage}: received damaged: {', '.join(damage)}")
            with self._writing():
                self._publish(unfinished, entry)

    def entries(self) -> Iterator[tuple[Path, str, int]]:
        """Yield (folder, stage, size_bytes) of every result."""
        for entry in sorted((self.folder / "entries").glob("*")):
            if (entry / _RECORD).is_file():
                record = _read(entry / _RECORD)
                size_bytes = sum(p.stat().st_size for p in entry.rglob("*") if p.is_file())
                yield entry, record.stage if record else "unreadable", size_bytes

    def damaged(self) -> Iterator[tuple[Path, str]]:
        """Yield (folder, file) for every file that differs from what its stage wrote."""
        for entry, _, _ in self.entries():
            for name in _damage(entry, _read(entry / _RECORD)):
                yield entry, name

    def clear(self) -> int:
        """Remove all results and return how many there were."""
        count = len(list(self.entries()))
        with self._writing():
            self._discard(self.folder / "entries")
            for name in ("code", "last", "locks", "unfinished"):  # anything else is not ours
                shutil.rmtree(self.folder / name, ignore_errors=True)
        return count

    def deliver(self, source: Path, destination: Path) -> None:
        """Copy a result's file out of the cache; the destination is complete or unchanged.

        Raises UsageError if it cannot be written, CacheError if it differs from what the stage
        wrote.
        """
        partial = destination.with_name(f".{destination.name}.partial")
        try:
            destination.parent.mkdir(parents=True, exist_ok=True)
            with _alone_in(destination.parent):
                try:
                    shutil.copyfile(source, partial)
                    _check_copy(partial, source)
                    partial.replace(destination)
                finally:
                    with suppress(OSError):
                        partial.unlink(missing_ok=True)
        except OSError as error:
            raise NotWrittenError(
                f"{destination}: cannot be written ({error.strerror or error}); "
                "choose another folder with --out"
            ) from error

    def _find(self, key: str) -> tuple[Path, _Record] | None:
        """Return the newest complete result made with today's dependencies."""
        for entry in self._results(key):
            record = _read(entry / _RECORD)
            if record and record.facts == facts(record.used) and not _damage(entry, record):
                return entry, record
        return None

    def _results(self, key: str) -> list[Path]:
        """Return the results of a key, newest first."""
        found = (self.folder / "entries").glob(f"{key}.*/{_RECORD}")
        return [path.parent for path in sorted(found, key=_modified_ns, reverse=True)]

    def _make(
        self,
        key: str,
        task: Task,
        ingredients: Mapping[str, object],
        run: Callable[[Path], object],
    ) -> tuple[Path, _Record]:
        with self._unfinished(key) as unfinished:
            with self._writing(only=_OUT_OF_SPACE), recording(task.before) as used:
                run(unfinished / _FILES)
            files = folder_digests(unfinished / _FILES)
            known = facts(used)
            record = _Record(
                task.stage, task.build_name, ingredients, frozenset(used), known, files
            )
            entry = self._entry(f"{key}.{digest_json(known)}")
            with self._writing():
                (unfinished / _RECORD).write_text(record.to_json(), "utf-8")
                self._publish(unfinished, entry)
        return entry, record

    def _entry(self, name: str) -> Path:
        return self.folder / "entries" / name

    @contextmanager
    def _unfinished(self, key: str) -> Iterator[Path]:
        """Yield a new folder with one for files; whatever is left of it is removed at the end.

        Its name is new: a program that a killed build started may still write into the old one.
        """
        with self._writing():
            unfinished = self.folder / "unfinished" / f"{key}.{token_hex(4)}"
            (unfinished / _FILES).mkdir(parents=True)
        try:
            yield unfinished
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def _publish(self, unfinished: Path, entry: Path) -> None:
        self._discard(entry)
        entry.parent.mkdir(parents=True, exist_ok=True)
        unfinished.rename(entry)

    def _discard(self, folder: Path) -> None:
        """Remove a folder atomically, so that no partial folder is ever visible."""
        doomed = self.folder / "unfinished" / f"{folder.name}.old"
        shutil.rmtree(doomed, ignore_errors=True)
        if folder.exists():
            doomed.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)

    def _remove_leftovers(self) -> None:
        """Remove what killed builds left and no running one owns."""
        for path in (self.folder / "unfinished").glob("*"):
            from filelock import FileLock

            lock = FileLock(self.folder / "locks" / f"{path.name.partition('.')[0]}.lock")
            with suppress(OSError), lock.acquire(timeout=0):
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)

    def _explain(self, task: Task, key: str, ingredients: Mapping[str, object]) -> str:
        last = _read(self.folder / "last" / f"{task.build_name}.{task.stage}.json")
        changed = last.changes(ingredients) if last else ()
        if changed:
            return f"changed: {', '.join(changed)}"
        for entry in self._results(key):
            for name in _damage(entry, _read(entry / _RECORD)):
                return f"damaged in the cache: {name}"
        return "its result is missing" if last else "first build"

    def _remember(self, key: str, record: _Record) -> None:
        with self._writing():
            last = self.folder / "last" / f"{record.build_name}.{record.stage}.json"
            last.parent.mkdir(parents=True, exist_ok=True)
            partial = self.folder / "unfinished" / f"{key}.json"
            partial.write_text(record.to_json(), "utf-8")
            partial.replace(last)

    @contextmanager
    def _lock(self, key: str) -> Iterator[None]:
        from filelock import FileLock

        with self._writing():
            (self.folder / "locks").mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / "locks" / f"{key}.lock")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _writing(self, only: frozenset[int] = frozenset()) -> Iterator[None]:
        """Turn OSError into CacheError; with `only`, just these error numbers."""
        try:
            yield
        except OSError as error:
            if only and error.errno not in only:
                raise
            raise CacheError(
                f"{self.folder}: cannot write the cache ({error.strerror or error}); free disk "
                "space, or choose another folder with --cache or the environment variable "
                "ZOO_CACHE"
            ) from error


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep other builds from delivering into a folder; the cache may be read-only."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # a network file system may have no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _hit(key: str, entry: Path, record: _Record) -> Outcome:
    digest = digest_json(record.files)  # the same as digest_path of the folder
    return Outcome(record.stage, key, entry / _FILES, True, "cached", digest, record.used)


def _read(file: Path) -> _Record | None:
    """Return the record of a result, None if it is damaged."""
    try:
        data = json.loads(file.read_text("utf-8"))
        used = frozenset(Thing(**thing) for thing in data.pop("used"))
        return _Record(**data, used=used)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _damage(entry: Path, record: _Record | None) -> list[str]:
    """Return the names of the files that changed since they were written."""
    if record is None:
        return [_RECORD]
    return _differing(record.files, folder_digests(entry / _FILES))


def _differing(then: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    return [name for name in sorted(then.keys() | now.keys()) if then.get(name) != now.get(name)]


def _check_copy(copy: Path, source: Path) -> None:
    entry = source.parent
    while entry.name != _FILES:
        entry = entry.parent
    record = _read(entry.with_name(_RECORD))
    written = record.files.get(source.relative_to(entry).as_posix()) if record else None
    if digest_path(copy) != written:
        raise CacheError(f"{source}: changed while it was copied; build again")


def _modified_ns(path: Path) -> int:
    return path.stat().st_mtime_ns


def _flat(values: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield (name, value) of every part of nested values."""
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
