"""Archives: a folder as tar.gz, byte-identical for the same files, and untrusted when read."""

import io
import struct
import tarfile
import zlib
from pathlib import Path

from zoo.bundle.gzip_content import DAMAGED, GzipContent, TooLargeError, gzip_header
from zoo.bundle.ustar import DamagedError, Member, RefusedError, members
from zoo.errors import BundleError

__all__ = ["EPOCH_S", "pack", "unpack"]

# Every time stamp in an archive; it must not depend on the time of the build.
EPOCH_S = 1_700_000_000
_MAGIC = b"\x1f\x8b"
_LEVEL = 4
"""Zlib's level 6 takes twice as long for 2 % fewer bytes of a bundle with ONNX Runtime."""
_BLOCK_BYTES = 1 << 20
_WINDOW_BYTES = 1 << zlib.MAX_WBITS
_MEMBERS_MAX = 10_000


def pack(folder: Path, archive: Path, name: str, first: str) -> None:
    """Write a folder as NAME/...; the file `first` comes first, the others sorted by name."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for relative in sorted(names, key=lambda relative: relative != first):
            tar.addfile(*_member(folder / relative, f"{name}/{relative}"))
    archive.write_bytes(_deflate(buffer.getbuffer()))


def unpack(archive: Path, folder: Path) -> str:
    """Extract the readable part of an archive; return what is wrong with it, '' for nothing.

    Memory is bounded, and disk space by the archive's size. Raises BundleError if there is no
    archive, if it is larger than bundles are, or if a member is not a file or folder of its own
    below `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with archive.open("rb") as file:
            return _unpack(file, archive, folder)
    except OSError as error:
        if error.filename != str(archive):
            raise
        raise BundleError(
            f"{archive}: cannot be read ({error.strerror}); `zoo build` makes bundles"
        ) from error
    except (RefusedError, TooLargeError) as error:
        raise BundleError(f"{archive}: {error}; do not use this archive") from error


def _unpack(file: io.BufferedReader, archive: Path, folder: Path) -> str:
    if not file.peek(2).startswith(_MAGIC):
        raise BundleError(
            f"{archive}: is not a bundle: it does not begin as a .tar.gz; `zoo build` makes bundles"
        )
    content = GzipContent(file)
    kinds: dict[str, bool] = {}
    damage = ""
    try:
        for member in members(content.read):
            _extract(member, folder, kinds)
    except DamagedError:
        damage = DAMAGED
    content.finish()
    return content.damage or damage


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


def _extract(member: Member, folder: Path, kinds: dict[str, bool]) -> None:
    """Write a member below a folder. kinds: whether a name is of a folder, of those before."""
    path = member.name.removesuffix("/") if member.is_folder else member.name
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise RefusedError(f"{member.name!r} points outside it")
    above = ["/".join(parts[:count]) for count in range(1, len(parts))]
    if path in kinds or not all(kinds.setdefault(name, True) for name in above):
        raise RefusedError(f"{member.name!r} is there twice, or below a file")
    kinds[path] = member.is_folder
    if len(kinds) > _MEMBERS_MAX:
        raise RefusedError(f"holds more than {_MEMBERS_MAX:,} files and folders")
    place = folder / path
    if member.is_folder:
        place.mkdir(parents=True, exist_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as file:
        file.writelines(member.content)
    place.chmod(0o755 if member.is_program else 0o644)


def _deflate(content: memoryview) -> bytes:
    """Return a gzip file with a digest of everything after its header in that.

    Blocks are compressed side by side, with the window of the one before: their bytes do not
    depend on the number of threads.
    """
    # On demand: reading bundles needs no threads.
    from concurrent.futures import ThreadPoolExecutor

    starts = range(0, max(len(content), 1), _BLOCK_BYTES)
    with ThreadPoolExecutor() as threads:
        blocks = threads.map(lambda start: _deflated_block(content, start), starts)
        trailer = struct.pack("<LL", zlib.crc32(content), len(content) & 0xFFFFFFFF)
        body = b"".join((*blocks, trailer))
    return gzip_header(body) + body


def _deflated_block(content: memoryview, start: int) -> bytes:
    """Return a part of a raw deflate stream that ends at a byte."""
    window = content[max(0, start - _WINDOW_BYTES) : start]
    end = start + _BLOCK_BYTES
    deflater = zlib.compressobj(_LEVEL, wbits=-zlib.MAX_WBITS, zdict=window)
    ending = zlib.Z_FINISH if end >= len(content) else zlib.Z_SYNC_FLUSH
    return deflater.compress(content[start:end]) + deflater.flush(ending)
