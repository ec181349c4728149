"""Bundles: byte-reproducible archives with a manifest of all file digests."""

import json
import stat
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from zoo.artifact import Exactness, Memory
from zoo.bundle import archive as archives
from zoo.bundle.gzip_content import DAMAGED
from zoo.contract import Contract
from zoo.digest import digest_json, folder_digests
from zoo.errors import BundleError, RecipeError
from zoo.field_types import mistyped
from zoo.provenance.maker import Maker
from zoo.recipe import GoldenInput
from zoo.region_rule import RegionRule
from zoo.signature import SIGNATURE, PublicKey, signer_of
from zoo.step import Box

__all__ = [
    "Bundle",
    "BundledArtifact",
    "BundledChain",
    "BundledModel",
    "GoldenFile",
    "Manifest",
    "pack",
    "packed_manifest",
    "programs_of",
    "unpack",
]

FORMAT = 7
MANIFEST = "manifest.json"
MODEL, GOLDEN = "model", "golden"
DETECTOR = "detector"
"""Folder in MODEL and GOLDEN of a chain's detector."""
FLOAT_HUB, HUB = "float.hub.onnx", "hub.onnx"
"""Files in MODEL."""

APP = "app"
"""Folder of the program and its sources."""
_EMPTY = "an empty folder"
_ANEW = "do not use this bundle, rebuild it"
_MANIFEST_BYTES_MAX = 16 << 20
_PROGRAM = 0o100
"""Of a file's mode: its owner may run it."""
_AS_OTHERS = stat.S_ISUID | stat.S_ISGID
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError, RecipeError)


@dataclass(frozen=True)
class BundledModel:
    """A model in a bundle. licences: tuples (what, identifier, commercial)."""

    name: str
    quantization: str
    scheme: str
    contract: str
    licences: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class BundledArtifact:
    """An artifact in a bundle; paths are relative to the bundle.

    notes, memory: as in zoo.artifact.
    """

    kind: str
    main: str
    hub: str
    float_hub: str
    exactness: Exactness
    quantization_bound: float
    memory: Memory
    notes: tuple[str, ...] = ()


GoldenFile = tuple[str, str, Box]
"""Name, path in the bundle, and box of a golden input."""


@dataclass(frozen=True)
class BundledChain:
    """How a bundle's second model, a detector, serves the first. golden: the detector's own."""

    regions: RegionRule
    golden: tuple[GoldenFile, ...]


@dataclass(frozen=True)
class Manifest:
    """Contents of a bundle.

    name: of its folder.
    models, artifacts: the network, and the detector of a chain.  golden: the network's.
    program: '' if it could not be compiled when the bundle was built.
    c_library: minimum glibc version of program and libraries, '' for none.
    makers: distributions that took part.
    files: SHA-256 by relative path, of every file except the manifest.
    programs: those of the files that may be run.
    """

    name: str
    target: str
    executor: str
    app: str
    program: str
    c_library: str
    zoo_version: str
    makers: tuple[Maker, ...]
    models: tuple[BundledModel, ...]
    artifacts: tuple[BundledArtifact, ...]
    golden: tuple[GoldenFile, ...]
    files: Mapping[str, str]
    programs: tuple[str, ...]
    chain: BundledChain | None = None

    @property
    def page(self) -> str:
        """The program if it is a page, which browsers open, '' otherwise."""
        return self.program if self.program.endswith(".html") else ""

    def to_json(self) -> str:
        """Return JSON with its own digest."""
        data = {"format": FORMAT, **asdict(self)}
        return json.dumps({**data, "sha256": digest_json(data)}, indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str, where: str) -> "Manifest":
        """Read `to_json`'s form; raises BundleError if any byte was changed."""
        try:
            data = json.loads(text)
            found = data.pop("format")
            data.pop("sha256")
            if found != FORMAT:
                raise BundleError(
                    f"{where}: its format is {found!r}, this zoo reads {FORMAT}; {_ANEW}"
                )
            manifest = cls(**{**data, **_parsed(data)})
            wrong = mistyped(manifest, cls)
            contradiction = wrong or next(_contradictions(manifest), "")
        except _UNREADABLE as error:
            raise BundleError(f"{where}: {MANIFEST!r} is damaged ({error!r}); {_ANEW}") from error
        if contradiction:
            raise BundleError(f"{where}: {MANIFEST!r} is damaged ({contradiction}); {_ANEW}")
        if manifest.to_json() != text:
            raise BundleError(f"{where}: {MANIFEST!r} was changed; {_ANEW}")
        return manifest


def _contradictions(manifest: Manifest) -> Iterator[str]:
    """Yield what does not go together, so that the proof cannot leave out a network."""
    count = 1 if manifest.chain is None else 2
    for name, things in (("models", manifest.models), ("artifacts", manifest.artifacts)):
        if len(things) != count:
            yield f"it has {len(things)} {name}, {count} belong to it"
    for golden in (manifest.golden, *([manifest.chain.golden] if manifest.chain else ())):
        if not golden:
            yield "a network has no golden inputs"
    for name in _named_files(manifest):
        if any(part in ("", ".", "..") for part in name.split("/")):
            yield f"it names the file {name!r}, which is not below it"
    detectors = [name for name in manifest.files if name.startswith(f"{MODEL}/{DETECTOR}/")]
    if detectors and manifest.chain is None:
        yield f"{detectors[0]!r} belongs to a chain, which it does not have"


def _named_files(manifest: Manifest) -> Iterator[str]:
    """Yield the files with a part of their own."""
    yield from [manifest.program] if manifest.program else ()
    for artifact in manifest.artifacts:
        yield from (artifact.main, artifact.hub, artifact.float_hub)
    for golden in (manifest.golden, *([manifest.chain.golden] if manifest.chain else ())):
        yield from (file for _, file, _ in golden)


def _parsed(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "makers": tuple(map(Maker.from_json, data["makers"])),
        "models": tuple(
            BundledModel(**{**m, "licences": tuple(map(tuple, m["licences"]))})
            for m in data["models"]
        ),
        "artifacts": tuple(map(_artifact, data["artifacts"])),
        "golden": _golden(data["golden"]),
        "programs": tuple(data["programs"]),
        "chain": _chain(data["chain"]),
    }


def _artifact(data: Mapping[str, Any]) -> BundledArtifact:
    parsed = {
        "exactness": Exactness(**data["exactness"]),
        "notes": tuple(data["notes"]),
        "memory": Memory(**data["memory"]),
    }
    return BundledArtifact(**{**data, **parsed})


def _golden(data: Iterable[tuple[str, str, Iterable[float]]]) -> tuple[GoldenFile, ...]:
    return tuple((name, file, cast(Box, tuple(box))) for name, file, box in data)


def _chain(data: Mapping[str, Any] | None) -> BundledChain | None:
    if data is None:
        return None
    return BundledChain(RegionRule(**data["regions"]), _golden(data["golden"]))


@dataclass(frozen=True)
class Bundle:
    """An unpacked bundle. signer: the key that signed it, None if it is not signed."""

    folder: Path
    manifest: Manifest
    signer: PublicKey | None = None

    @property
    def contract(self) -> Contract:
        """Return the first model's contract."""
        return Contract.from_json(self.manifest.models[0].contract, str(self.folder / MANIFEST))

    @property
    def golden(self) -> tuple[GoldenInput, ...]:
        """Return the golden inputs with paths on this machine."""
        return self.golden_of(self.manifest.golden)

    def golden_of(self, files: Iterable[GoldenFile]) -> tuple[GoldenInput, ...]:
        """Return listed golden inputs with paths on this machine."""
        return tuple(GoldenInput(name, self.folder / file, box) for name, file, box in files)


def pack(folder: Path, archive: Path, name: str) -> None:
    """Write a bundle's folder, including its manifest, as NAME/... in a tar.gz.

    The manifest comes first, so that the readable part of a damaged archive can be checked.
    """
    archives.pack(folder, archive, name, first=MANIFEST)


def packed_manifest(archive: Path) -> Manifest:
    """Return the manifest of an archive that `pack` wrote, without unpacking the rest.

    For archives of one's own: nothing but the manifest is checked.
    """
    with tarfile.open(archive, "r|gz") as tar:
        first = tar.next()
        content = tar.extractfile(first) if first else None
        if content is None:
            raise BundleError(f"{archive}: does not begin with {MANIFEST}; {_ANEW}")
        return Manifest.from_json(content.read().decode("utf-8", "replace"), str(archive))


def unpack(archive: Path, folder: Path, key: PublicKey | None = None) -> Bundle:
    """Unpack a bundle and check every byte against its manifest, and that against its signature.

    key: the one that must have signed it, None for any or none.
    Raises BundleError naming the file that is damaged, missing or not listed.
    """
    damage = archives.unpack(archive, folder)
    try:
        inside = _only_folder(folder, archive)
        bundle = check(inside, str(archive), key)
        if inside.name != bundle.manifest.name:
            raise BundleError(f"{archive}: its folder {inside.name!r} was renamed; {_ANEW}")
    except BundleError as error:
        if not damage:
            raise
        found = str(error).removesuffix(f"; {_ANEW}") if damage == DAMAGED else error
        raise BundleError(f"{found}; {damage}") from error
    if damage:
        remedy = "" if damage == DAMAGED else f"; {_ANEW}"
        raise BundleError(f"{archive}: its files are intact, but {damage}{remedy}")
    return bundle


def check(folder: Path, where: str, key: PublicKey | None = None) -> Bundle:
    """Check an unpacked bundle's signature and files as `unpack` does; raises BundleError."""
    path = folder / MANIFEST
    if not path.is_file():
        raise BundleError(f"{where}: has no {MANIFEST}; this is not a bundle made by `zoo build`")
    if path.stat().st_size > _MANIFEST_BYTES_MAX:
        raise BundleError(f"{where}: {MANIFEST!r} is larger than any is; {_ANEW}")
    content = path.read_bytes()
    signer = signer_of(folder, content, where, key)
    _refuse(where, (found for found in _oddities(folder) if found[1] != _EMPTY))  # not followed
    manifest = Manifest.from_json(content.decode("utf-8", "replace"), where)
    unlisted = {MANIFEST, SIGNATURE} if signer else {MANIFEST}
    found = {k: v for k, v in folder_digests(folder).items() if k not in unlisted}
    for name in sorted(manifest.files.keys() | found.keys()):
        if manifest.files.get(name) != found.get(name):
            state = "is missing" if name not in found else "was changed"
            state = state if name in manifest.files else "is not in the manifest"
            raise BundleError(f"{where}: {name!r} {state}; {_ANEW}")
    for name in sorted({*programs_of(folder)} ^ {*manifest.programs}):
        raise BundleError(f"{where}: {name!r}: its permission to be run was changed; {_ANEW}")
    _refuse(where, _oddities(folder))
    return Bundle(folder, manifest, signer)


def _refuse(where: str, oddities: Iterable[tuple[str, str]]) -> None:
    for name, oddity in oddities:
        raise BundleError(f"{where}: {name!r} is {oddity}, which no bundle has; {_ANEW}")


def _oddities(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield names below a folder that are no plain files and no folders with something inside."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            yield name, "a link"
        elif path.is_dir() and not any(path.iterdir()):
            yield name, _EMPTY
        elif not path.is_dir() and not path.is_file():
            yield name, "no plain file"
        elif path.is_file() and path.stat().st_mode & _AS_OTHERS:
            yield name, "a program that runs as its owner or group (set-uid, set-gid)"


def programs_of(folder: Path) -> tuple[str, ...]:
    """Return the files below a folder that may be run, sorted."""
    files = (path for path in folder.rglob("*") if path.is_file())
    found = (path for path in files if path.stat().st_mode & _PROGRAM)
    return tuple(sorted(path.relative_to(folder).as_posix() for path in found))


def _only_folder(folder: Path, archive: Path) -> Path:
    inside = list(folder.iterdir())
    if not inside:
        raise BundleError(f"{archive}: is not a bundle; `zoo build` makes bundles")
    if len(inside) != 1 or not inside[0].is_dir():
        names = ", ".join(repr(path.name) for path in sorted(inside))
        raise BundleError(f"{archive}: holds {names}; a bundle holds one folder; {_ANEW}")
    return inside[0]
