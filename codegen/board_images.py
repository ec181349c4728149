"""Whether a program finds libraries that are new enough on a board's images."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zoo.bundle.symbol_versions import Version, newest, symbol_versions
from zoo.errors import ToolchainError

__all__ = ["IMAGES", "BoardImage", "check_versions"]


@dataclass(frozen=True)
class BoardImage:
    """An operating system for a board. versions: newest that it has, by symbol family."""

    name: str
    versions: Mapping[str, Version]


IMAGES = (
    BoardImage("Kria Ubuntu 22.04", {"GLIBC": (2, 35), "GLIBCXX": (3, 4, 30)}),
    BoardImage("PetaLinux 2022.1", {"GLIBC": (2, 34), "GLIBCXX": (3, 4, 29)}),
)


def check_versions(program: Path, images: tuple[BoardImage, ...]) -> None:
    """Raise ToolchainError naming the image that a program cannot be loaded on, and why."""
    needed = symbol_versions(program)
    for image in images:
        for family, allowed in image.versions.items():
            version = newest(needed, family)
            if version > allowed:
                raise ToolchainError(
                    f"{program}: needs {_symbol(family, version)}, but {image.name} has "
                    f"{_symbol(family, allowed)} at most; build it by Zig, "
                    "without ZOO_TOOLCHAIN=host, or on the board"
                )


def _symbol(family: str, version: Version) -> str:
    return f"{family}_{'.'.join(map(str, version))}"
