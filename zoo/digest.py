"""SHA-256 of files, folders and JSON values, for cache keys and manifests."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

__all__ = ["digest_json", "digest_path", "folder_digests"]

_BLOCK_BYTES = 1 << 18


def digest_json(value: object) -> str:
    """Return the digest of a JSON value, independent of the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def digest_path(path: Path) -> str:
    """Return the digest of a file's content, or of a folder's names and contents."""
    digest = hashlib.sha256()
    try:
        # Not hashlib.file_digest: most files are small, and clearing its buffer takes longer.
        with path.open("rb", buffering=0) as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    except IsADirectoryError:
        return digest_json(folder_digests(path))
    return digest.hexdigest()


def folder_digests(folder: Path) -> Mapping[str, str]:
    """Return the digest of every file below a folder by relative path, sorted."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): digest_path(path) for path in files}
