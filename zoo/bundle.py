"""Bundles: byte-reproducible archives with a manifest that names every file's digest."""

import gzip
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zoo.artifact import Exactness
from zoo.contract import Contract
from zoo.digest import folder_digests
from zoo.errors import BundleError
from zoo.recipe import GoldenInput
from zoo.step import Box

__all__ = ["Bundle", "BundledArtifact", "BundledModel", "Manifest", "pack", "unpack"]

FORMAT = 1
MANIFEST = "manifest.json"
# Every time stamp in a bundle; the archive must not depend on when it was made.
EPOCH_S = 1_700_000_000


@dataclass(frozen=True)
class BundledModel:
    """A model of a bundle. licences: (what, identifier, commercial) each."""

    name: str
    quantization: str
    scheme: str
    contract: str
    licences: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class BundledArtifact:
    """An artifact of a bundle; paths are relative to the bundle."""

    kind: str
    main: str
    hub: str
    float_hub: str
    exactness: Exactness
    quantization_bound: float


@dataclass(frozen=True)
class Manifest:
    """What a bundle holds. files: SHA-256 by relative path, of every file but the manifest."""

    target: str
    executor: str
    app: str
    program: str
    zoo_version: str
    models: tuple[BundledModel, ...]
    artifacts: tuple[BundledArtifact, ...]
    golden: tuple[tuple[str, str, Box], ...]
    files: Mapping[str, str]

    def to_json(self) -> str:
        """Return JSON."""
        data = {"format": FORMAT, **asdict(self)}
        return json.dumps(data, indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str, where: str) -> "Manifest":
        """Read `to_json`'s form; raises BundleError."""
        try:
            data = json.loads(text)
            if data.pop("format") != FORMAT:
                raise BundleError(f"{where}: format is not {FORMAT}; build it with this zoo")
            return cls(**{**data, **_parsed(data)})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BundleError(f"{where}: the manifest is damaged ({error!r})") from error


def _parsed(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "models": tuple(
            BundledModel(**{**m, "licences": tuple(map(tuple, m["licences"]))})
            for m in data["models"]
        ),
        "artifacts": tuple(
            BundledArtifact(**{**a, "exactness": Exactness(**a["exactness"])})
            for a in data["artifacts"]
        ),
        "golden": tuple((name, file, tuple(box)) for name, file, box in data["golden"]),
    }


@dataclass(frozen=True)
class Bundle:
    """An unpacked bundle."""

    folder: Path
    manifest: Manifest

    @property
    def contract(self) -> Contract:
        """Return the first model's contract."""
        return Contract.from_json(self.manifest.models[0].contract, str(self.folder / MANIFEST))

    @property
    def golden(self) -> tuple[GoldenInput, ...]:
        """Return the golden inputs with paths on this machine."""
        listed = self.manifest.golden
        return tuple(GoldenInput(name, self.folder / file, box) for name, file, box in listed)


def pack(folder: Path, archive: Path, name: str) -> None:
    """Write a folder as NAME/... in a tar.gz, the same bytes for the same files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(folder.rglob("*")):
            tar.addfile(*_member(path, f"{name}/{path.relative_to(folder).as_posix()}"))
    with archive.open("wb") as file, gzip.GzipFile("", "wb", 6, file, mtime=0) as zipped:
        zipped.write(buffer.getvalue())


def _member(path: Path, name: str) -> tuple[tarfile.TarInfo, io.BytesIO | None]:
    info = tarfile.TarInfo(name)
    info.mtime = EPOCH_S
    info.uname = info.gname = "root"
    if path.is_dir():
        info.type, info.mode = tarfile.DIRTYPE, 0o755
        return info, None
    content = path.read_bytes()
    info.size = len(content)
    info.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
    return info, io.BytesIO(content)


def unpack(archive: Path, folder: Path) -> Bundle:
    """Unpack a bundle and check every byte against its manifest.

    Raises BundleError naming the file that is damaged, missing or not listed.
    """
    try:
        with tarfile.open(archive, "r:gz") as tar:
            tar.extractall(folder, filter="data")
    except FileNotFoundError as error:
        raise BundleError(f"{archive}: no such file; `zoo build` makes bundles") from error
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise BundleError(f"{archive}: not a readable bundle ({error}); build it anew") from error
    except Exception as error:  # zlib.error has no common base
        raise BundleError(f"{archive}: the compression is damaged ({error})") from error
    return check(_only_folder(folder, archive), str(archive))


def check(folder: Path, where: str) -> Bundle:
    """Check an unpacked bundle's files against its manifest; raises BundleError."""
    path = folder / MANIFEST
    if not path.is_file():
        raise BundleError(f"{where}: holds no {MANIFEST}; this is no bundle")
    manifest = Manifest.from_json(path.read_text("utf-8", "replace"), where)
    found = {k: v for k, v in folder_digests(folder).items() if k != MANIFEST}
    for name in sorted(manifest.files.keys() | found.keys()):
        if manifest.files.get(name) != found.get(name):
            state = "is missing" if name not in found else "was changed"
            state = state if name in manifest.files else "is not in the manifest"
            raise BundleError(f"{where}: '{name}' {state}; do not use this bundle, build it anew")
    return Bundle(folder, manifest)


def _only_folder(folder: Path, archive: Path) -> Path:
    inside = [path for path in folder.iterdir() if path.is_dir()]
    if len(inside) != 1:
        raise BundleError(f"{archive}: holds {len(inside)} folders, a bundle holds one")
    return inside[0]
