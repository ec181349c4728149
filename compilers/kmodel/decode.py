"""The bytes of a .kmodel file, from any program -> Kmodel, or the headers of version 5."""

import struct

from compilers.kmodel import version3, version4, version5
from compilers.kmodel.kmodel import Kmodel
from zoo.errors import ArtifactError

__all__ = ["decode"]


def decode(content: bytes, where: str) -> Kmodel | version5.Headers:
    """Return the file's content; raises ArtifactError naming `where`."""
    try:
        return _decode(content)
    except ValueError as error:
        raise ArtifactError(
            f"{where}: not a .kmodel file, or a damaged one ({error}); build or convert it again"
        ) from error


def _decode(content: bytes) -> Kmodel | version5.Headers:
    if len(content) < 8:
        raise ValueError(f"it has {len(content)} bytes")
    first, second = struct.unpack_from("<2I", content)
    if content[:4] == version4.IDENTIFIER:
        if second == version4.VERSION:
            return version4.read(content)
        if second == version5.VERSION:
            return version5.read_headers(content)
        raise ValueError(f"its version is {second}; known are 3, 4 and 5")
    if first == version3.VERSION:
        return version3.read(content)
    raise ValueError(
        f"it begins with {content[:4]!r}; known are {version4.IDENTIFIER!r} and version 3"
    )
