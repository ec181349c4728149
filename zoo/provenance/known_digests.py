"""Digests of code, kept between runs: a file that did not change is not read again.

As in Git's index (its documentation, "racy-git"): a file whose size, times and inode are the same
has the same content. Times are coarse, so a file that changed just now is not kept.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from secrets import token_hex
from time import time_ns

from zoo.digest import digest_json, digest_path

__all__ = ["code_digests", "kept_in"]

_COARSEST_NS = 2_000_000_000
"""The step of times in FAT, the coarsest file system in use."""
_FOLDER: ContextVar[Path | None] = ContextVar("folder", default=None)


@contextmanager
def kept_in(folder: Path) -> Iterator[None]:
    """Keep digests in a folder while the block runs; elsewhere nothing is kept."""
    token = _FOLDER.set(folder)
    try:
        yield
    finally:
        _FOLDER.reset(token)


def code_digests(part: str, paths: Sequence[Path]) -> list[str]:
    """Return the digests of a part's files, in their order.

    Without a folder that can be written, all files are read each time.
    """
    folder = _FOLDER.get()
    if folder is None:
        return list(map(digest_path, paths))
    settled_ns = time_ns() - _COARSEST_NS
    states = [path.stat() for path in paths]
    keys = [_key(path, state) for path, state in zip(paths, states, strict=True)]
    kept = folder / _name(part, paths)
    before = _read(kept)
    digests = [before.get(key) or digest_path(path) for key, path in zip(keys, paths, strict=True)]
    now = {
        key: digest
        for key, digest, state in zip(keys, digests, states, strict=True)
        if max(state.st_mtime_ns, state.st_ctime_ns) < settled_ns
    }
    if now != before:
        _write(kept, now)
    return digests


def _key(path: Path, state: os.stat_result) -> str:
    times = f"{state.st_mtime_ns} {state.st_ctime_ns}"
    return f"{state.st_size} {times} {state.st_dev} {state.st_ino} {path}"


def _name(part: str, paths: Sequence[Path]) -> str:
    """Return the name of the file of a part's digests; of every installation its own."""
    where = digest_json(os.path.commonpath(paths))[:16]
    return f"{part}.{where}.json"


def _read(file: Path) -> Mapping[str, str]:
    """Return the digests of a file, {} if there are none or they are damaged."""
    with suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
        found = json.loads(file.read_text("utf-8"))
        digests: Mapping[str, str] = found["digests"]
        if digest_json(digests) == found["check"]:
            return digests
    return {}


def _write(file: Path, digests: Mapping[str, str]) -> None:
    """Replace a file; other builds see the old content or the new one."""
    partial = file.with_name(f"{file.name}.{token_hex(4)}")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            kept = {"digests": digests, "check": digest_json(digests)}
            partial.write_text(json.dumps(kept), "utf-8")
            partial.replace(file)
        finally:
            partial.unlink(missing_ok=True)
