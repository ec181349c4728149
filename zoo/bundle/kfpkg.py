"""Flash packages of Kendryte's K210 (.kfpkg): files and their addresses, in a reproducible zip.

Format, as the flasher kflash 1.1.6 reads it: a zip with `flash-list.json` at its root. Before it is
parsed, the flasher turns the rest of a line after `"address": ` and before its comma into a text,
so that each field has a line of its own and the address is never the last.
"""

import json
import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from typing import Any

from zoo.errors import ArtifactError
from zoo.file_content import DAMAGED_ZIP

__all__ = ["FLASH_BYTES", "SUFFIX", "FlashFile", "pack_kfpkg", "read_kfpkg"]

SUFFIX = ".kfpkg"
FLASH_BYTES = 16 << 20
"""SPI flash of the MAIX boards."""

_LIST = "flash-list.json"
_VERSION = "0.1.0"
_SECTOR_BYTES = 4096
# A byte of flags and the length in front, a SHA-256 behind.
_PREFIX_BYTES = struct.calcsize("<BI") + 32
_TIME = (1980, 1, 1, 0, 0, 0)  # the oldest that a zip can hold
_REMEDY = "build it again"
_DAMAGED = (*DAMAGED_ZIP, RecursionError)  # also of JSON


@dataclass(frozen=True)
class FlashFile:
    """A file of a package. address: of its first byte in the flash, a multiple of 4096.

    is_firmware: whether the boot ROM loads it; the flasher then adds a header and a digest.
    """

    address: int
    name: str
    content: bytes
    is_firmware: bool = False

    @property
    def flash_bytes(self) -> int:
        """Bytes that it takes in the flash."""
        return len(self.content) + (_PREFIX_BYTES if self.is_firmware else 0)

    @property
    def end(self) -> int:
        """Address behind its last sector."""
        return self.address + -(-self.flash_bytes // _SECTOR_BYTES) * _SECTOR_BYTES


def pack_kfpkg(files: Sequence[FlashFile], where: str) -> bytes:
    """Return the package, byte-identical for the same files.

    Raises ArtifactError naming `where` for files that the flash cannot hold.
    """
    ordered = sorted(files, key=lambda file: file.address)
    for fault in _faults(ordered):
        raise ArtifactError(f"{where}: {fault}")
    listed = [
        {"address": file.address, "bin": file.name, "sha256Prefix": file.is_firmware}
        for file in ordered
    ]
    content = json.dumps({"version": _VERSION, "files": listed}, indent=2) + "\n"
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        archive.writestr(_member(_LIST), content)
        for file in ordered:
            archive.writestr(_member(file.name), file.content)
    return buffer.getvalue()


def read_kfpkg(content: bytes, where: str) -> tuple[FlashFile, ...]:
    """Return the files by address; raises ArtifactError naming `where` for any other content."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            files = _files(archive, where)
    except _DAMAGED as error:
        raise ArtifactError(
            f"{where}: is damaged, or not a flash package ({error}); {_REMEDY}"
        ) from error
    for fault in _faults(files):
        raise ArtifactError(f"{where}: {fault}")
    return files


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _TIME)
    member.create_system = 3  # Unix, on every system
    member.external_attr = 0o100644 << 16
    member.compress_type = zipfile.ZIP_DEFLATED
    return member


def _files(archive: zipfile.ZipFile, where: str) -> tuple[FlashFile, ...]:
    members = archive.infolist()
    names = [member.filename for member in members]
    if _LIST not in names:
        raise ArtifactError(f"{where}: has no {_LIST}, so it is not a flash package; {_REMEDY}")
    if sum(member.file_size for member in members) > FLASH_BYTES:
        raise ArtifactError(f"{where}: holds more than the flash's {FLASH_BYTES:,} bytes")
    entries = _entries(archive, json.loads(archive.read(_LIST).decode("utf-8")), where)
    files = tuple(sorted(entries, key=lambda file: file.address))
    unlisted = sorted({*names} - {_LIST, *(file.name for file in files)})
    if unlisted or len(names) != len({*names}):
        raise ArtifactError(
            f"{where}: {_LIST} does not list {', '.join(map(repr, unlisted)) or 'a file once'}; "
            f"{_REMEDY}"
        )
    return files


def _entries(archive: zipfile.ZipFile, listed: Any, where: str) -> Iterator[FlashFile]:  # noqa: ANN401
    entries = listed.get("files") if isinstance(listed, Mapping) else None
    if not isinstance(entries, list) or listed.get("version") != _VERSION:
        raise ArtifactError(
            f"{where}: {_LIST} is not a list of files in version {_VERSION}; {_REMEDY}"
        )
    known = set(archive.namelist())
    for entry in entries:
        if not _is_entry(entry):
            raise ArtifactError(
                f"{where}: {_LIST} has the entry {str(entry)[:80]}; expected a whole 'address', "
                f"a name 'bin' and whether it has 'sha256Prefix'; {_REMEDY}"
            )
        if entry["bin"] not in known:
            raise ArtifactError(f"{where}: has no {entry['bin']!r}, which it lists; {_REMEDY}")
        content = archive.read(entry["bin"])
        yield FlashFile(entry["address"], entry["bin"], content, entry["sha256Prefix"])


def _is_entry(entry: object) -> bool:
    return (
        isinstance(entry, Mapping)
        and set(entry) == {"address", "bin", "sha256Prefix"}
        and type(entry["address"]) is int
        and isinstance(entry["bin"], str)
        and isinstance(entry["sha256Prefix"], bool)
    )


def _faults(files: Sequence[FlashFile]) -> Iterator[str]:
    """Yield what keeps the flasher from writing the files, in the order of their addresses."""
    if not files:
        yield "holds no file to flash; it needs a firmware or a network"
    if len({file.name for file in files}) != len(files):
        yield "two of its files have one name; each needs its own"
    for file in files:
        if file.name in ("", ".", "..", _LIST) or not file.name.isprintable() or "/" in file.name:
            yield f"the name {file.name!r} is not that of a file beside {_LIST}; rename it"
        if not file.content:
            yield f"{file.name!r} is empty; {_REMEDY}"
        if file.address < 0 or file.address % _SECTOR_BYTES or file.end > FLASH_BYTES:
            yield (
                f"{file.name!r} at {file.address:#x} with {file.flash_bytes:,} bytes does not fit: "
                f"addresses are multiples of {_SECTOR_BYTES} in {FLASH_BYTES:,} bytes of flash"
            )
        if file.is_firmware and file.address:
            yield f"firmware {file.name!r} is at {file.address:#x}; the boot ROM reads from 0"
    for before, file in pairwise(files):
        if before.end > file.address:
            yield (
                f"{before.name!r} reaches to {before.end:#x}, over {file.name!r} at "
                f"{file.address:#x}; use a smaller one"
            )
