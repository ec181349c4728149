"""Kmodel -> the bytes of a .kmodel file, the same for the same value."""

import struct

from compilers.kmodel import version3, version4
from compilers.kmodel.kmodel import Kmodel
from zoo.errors import ArtifactError

__all__ = ["VERSIONS", "encode"]

VERSIONS = (version3.VERSION, version4.VERSION)
"""Those that can be written."""


def encode(model: Kmodel) -> bytes:
    """Return the file; raises ArtifactError for a value that the version cannot hold."""
    if model.version not in VERSIONS:
        raise ArtifactError(
            f"a .kmodel of version {model.version} cannot be written; allowed are "
            f"{' and '.join(map(str, VERSIONS))}"
        )
    try:
        if model.version == version4.VERSION:
            return version4.write(model)
        return version3.write(model)
    except (KeyError, ValueError, struct.error) as error:
        raise ArtifactError(
            f"a .kmodel of version {model.version} cannot hold this network ({error})"
        ) from error
