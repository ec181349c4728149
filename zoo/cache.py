"""Content-addressed cache of stage results.

A result is a folder named by a digest of everything it depends on. It is made beside the cache's
entries and renamed into place under a lock, so that it is whole or absent, however a build ends.
What depends on a result depends on its files alone: a stage that ran again and wrote the same
files causes no further work.
"""

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zoo.digest import digest_json, digest_path, folder_digests
from zoo.errors import CacheError

__all__ = ["Cache", "Outcome", "Task", "default_folder"]

_RECORD = "stage.json"
_FILES = "files"
_OUT_OF_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


@dataclass(frozen=True)
class Task:
    """A stage with everything that its result depends on.

    subject: whose build it is, such as 'pfld.x86.ptq'; only explanations use it.
    inputs: files and folders by name.  options: JSON values.  tools: versions and code digests.
    """

    stage: str
    subject: str
    inputs: Mapping[str, Path] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)

    def ingredients(self) -> dict[str, object]:
        """Return what the key is made of, flat, so that two of them can be compared."""
        inputs = {f"input {name}": digest_path(path) for name, path in self.inputs.items()}
        options = {f"option {name}": value for name, value in self.options.items()}
        tools = {f"tool {name}": version for name, version in self.tools.items()}
        return {**inputs, **options, **tools}


@dataclass(frozen=True)
class Outcome:
    """What became of a task. reason: why it was rebuilt, 'cached' where it was not."""

    stage: str
    key: str
    folder: Path
    hit: bool
    reason: str


@dataclass(frozen=True)
class Cache:
    """Stage results below one folder.

    entries/KEY/files: what a stage wrote.  entries/KEY/stage.json: from what, and its digests.
    locks/KEY.lock.  last/SUBJECT.STAGE.json: what the last build depended on.
    """

    folder: Path

    def perform(self, task: Task, run: Callable[[Path], None], force: bool = False) -> Outcome:
        """Return the task's result, running it only if it is not there yet.

        run: fills an empty folder.  Raises CacheError where the cache cannot be written.
        """
        ingredients = task.ingredients()
        key = digest_json([task.stage, ingredients])
        entry = self.folder / "entries" / key
        if not force and self._is_whole(entry):
            return Outcome(task.stage, key, entry / _FILES, True, "cached")
        with self._lock(key):
            if not force and self._is_whole(entry):
                return Outcome(task.stage, key, entry / _FILES, True, "cached by another build")
            reason = "forced" if force else self._explain(task, ingredients)
            self._make(entry, task, ingredients, run)
            self._remember(task, key, ingredients)
        return Outcome(task.stage, key, entry / _FILES, False, reason)

    def preview(self, task: Task) -> Outcome:
        """Return what `perform` would do, and do nothing."""
        ingredients = task.ingredients()
        key = digest_json([task.stage, ingredients])
        entry = self.folder / "entries" / key
        hit = self._is_whole(entry)
        reason = "cached" if hit else self._explain(task, ingredients)
        return Outcome(task.stage, key, entry / _FILES, hit, reason)

    def entries(self) -> Iterator[tuple[Path, str, int]]:
        """Yield (folder, stage, size_bytes) of every result."""
        for entry in sorted((self.folder / "entries").glob("*")):
            if self._is_whole(entry):
                stage = _record(entry).get("stage", "unreadable")
                size_bytes = sum(p.stat().st_size for p in entry.rglob("*") if p.is_file())
                yield entry, stage, size_bytes

    def damaged(self) -> Iterator[tuple[Path, str]]:
        """Yield (folder, file) for every file that is not what its stage wrote."""
        for entry, _, _ in self.entries():
            found = folder_digests(entry / _FILES)
            files = _record(entry).get("files")
            if files is None:
                yield entry, _RECORD
                continue
            for name in sorted(files.keys() | found.keys()):
                if files.get(name) != found.get(name):
                    yield entry, name

    def clear(self) -> int:
        """Remove all results and return how many there were."""
        count = len(list(self.entries()))
        with self._writing():
            self._discard(self.folder / "entries")
            for name in ("last", "locks", "unfinished"):  # whatever else is there is not ours
                shutil.rmtree(self.folder / name, ignore_errors=True)
        return count

    def deliver(self, source: Path, destination: Path) -> None:
        """Copy a result's file out of the cache; the destination is whole or as it was before."""
        partial = destination.with_name(f".{destination.name}.partial")
        with self._lock(digest_json(str(destination.resolve()))):
            try:
                destination.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, partial)
                partial.replace(destination)
            except OSError as error:
                raise CacheError(
                    f"{destination}: cannot be written ({error.strerror or error}); "
                    "choose another folder by --out"
                ) from error
            finally:
                with suppress(OSError):
                    partial.unlink(missing_ok=True)

    def _is_whole(self, entry: Path) -> bool:
        return (entry / _RECORD).is_file()

    def _make(
        self,
        entry: Path,
        task: Task,
        ingredients: Mapping[str, object],
        run: Callable[[Path], None],
    ) -> None:
        with self._writing():
            unfinished = self.folder / "unfinished" / entry.name
            shutil.rmtree(unfinished, ignore_errors=True)  # of a build that was killed
            (unfinished / _FILES).mkdir(parents=True)
        try:
            with self._writing(only=_OUT_OF_SPACE):
                run(unfinished / _FILES)
            record = {"stage": task.stage, "subject": task.subject, "ingredients": ingredients}
            files = folder_digests(unfinished / _FILES)
            self._publish(unfinished, entry, {**record, "files": files})
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def _publish(self, unfinished: Path, entry: Path, record: Mapping[str, object]) -> None:
        with self._writing():
            (unfinished / _RECORD).write_text(json.dumps(record, indent=2, sort_keys=True))
            self._discard(entry)
            entry.parent.mkdir(parents=True, exist_ok=True)
            unfinished.rename(entry)

    def _discard(self, folder: Path) -> None:
        """Remove a folder so that nobody ever finds half of it."""
        doomed = self.folder / "unfinished" / f"{folder.name}.old"
        shutil.rmtree(doomed, ignore_errors=True)
        if folder.exists():
            doomed.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)

    def _explain(self, task: Task, ingredients: Mapping[str, object]) -> str:
        last = self._last(task)
        if last is None:
            return "first build"
        names = sorted(last.keys() | ingredients.keys())
        changed = [name for name in names if last.get(name) != ingredients.get(name)]
        return f"changed: {', '.join(changed)}" if changed else "its result is gone"

    def _last_file(self, task: Task) -> Path:
        return self.folder / "last" / f"{task.subject}.{task.stage}.json"

    def _last(self, task: Task) -> dict[str, object] | None:
        try:
            found: dict[str, object] = json.loads(self._last_file(task).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return found

    def _remember(self, task: Task, key: str, ingredients: Mapping[str, object]) -> None:
        with self._writing():
            last = self._last_file(task)
            last.parent.mkdir(parents=True, exist_ok=True)
            partial = self.folder / "unfinished" / f"{key}.json"
            partial.write_text(json.dumps(ingredients), "utf-8")
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
        """Turn OSError into CacheError; where `only` is given, only these error numbers."""
        try:
            yield
        except OSError as error:
            if only and error.errno not in only:
                raise
            raise CacheError(
                f"{self.folder}: cannot write the cache ({error.strerror or error}); free space, "
                "or choose another folder by --cache or the environment variable ZOO_CACHE"
            ) from error


def _record(entry: Path) -> dict[str, Any]:
    """Return what was written down about a result; empty where that is damaged."""
    try:
        found = json.loads((entry / _RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def default_folder() -> Path:
    """Return ZOO_CACHE, else the user's cache folder."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(os.environ.get("ZOO_CACHE") or Path(home) / "edgezoo")
