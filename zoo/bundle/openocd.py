"""Writes a firmware to a board through its debug probe, by OpenOCD.

A target is written so if it has the facts `openocd_files` (names for OpenOCD's `-f`), `flash_begin`
and `flash_bytes`. Its bundles have the firmware's sources; the vendor's SDK makes the program.
Format of that: System V gABI, chapters 4 and 5, ELF-32, little endian.
"""

import hashlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from struct import error as struct_error
from tempfile import TemporaryDirectory

from zoo import registry
from zoo.bundle.bundle import Manifest, unpack
from zoo.errors import (
    ArtifactError,
    BoardError,
    BundleError,
    MissingToolError,
    PluginError,
    ToolchainError,
    UsageError,
)
from zoo.file_content import file_content
from zoo.target import ARCHIVE, Target
from zoo.tool import Tool, find_tool

__all__ = ["BUILD_FIRST", "OPENOCD", "ProbePlan", "Segment", "flash_by_probe", "probe_plan"]

OPENOCD = Tool(
    name="openocd",
    kind="program",
    candidates=("openocd",),
    purpose="writes firmware to boards with a debug probe",
    remedy="install the one of the board's SDK, or name it by the variable OPENOCD",
    variable="OPENOCD",
)

_SOURCES = "app/src/firmware"
BUILD_FIRST = (
    f"unpack the bundle, build {_SOURCES} as its README says, and give its build/firmware.elf"
)
_STDERR = 2  # the output is for the plan
_MAGIC = b"\x7fELF\x01\x01"  # 32 bits, little endian
_ARM, _LOADED = 40, 1
_HEADER = Struct("<16s2H5I6H")
_SEGMENT = Struct("<8I")


@dataclass(frozen=True)
class Segment:
    """Bytes of the flash. address: of the first."""

    address: int
    size_bytes: int


@dataclass(frozen=True)
class ProbePlan:
    """board: the target's name.  firmware: None if it is not built; the command then names it.

    sha256, segments: of the firmware.  command: OpenOCD's, as it is run.
    """

    board: str
    firmware: Path | None
    sha256: str
    segments: tuple[Segment, ...]
    command: tuple[str, ...]


def probe_plan(
    bundle: Path, firmware: Path | None = None, scripts: Path | None = None
) -> ProbePlan | None:
    """Return how a bundle's firmware is written, None if its board has no debug probe.

    firmware: ELF program, built from the bundle's sources.  scripts: a folder of OpenOCD's files.
    Raises BundleError for a damaged bundle, or a firmware of another one, ArtifactError for a
    firmware that is no program for the board, UsageError for a path that OpenOCD cannot read.
    """
    if not bundle.name.endswith(f".{ARCHIVE}"):
        return None
    with TemporaryDirectory(prefix="zoo-flash-") as folder:
        manifest = unpack(bundle, Path(folder)).manifest
    known = registry.knows("target", manifest.target)
    target: Target | None = registry.load("target", manifest.target) if known else None
    if target is None or "openocd_files" not in target.facts:
        return None
    built = firmware or Path(_SOURCES, "build", "firmware.elf")
    content = b"" if firmware is None else file_content(firmware, ArtifactError)
    segments = () if firmware is None else _checked(content, str(firmware), target)
    if firmware is not None:
        _demand_own(content, str(firmware), manifest, bundle)
    return ProbePlan(
        target.name,
        firmware,
        hashlib.sha256(content).hexdigest() if content else "",
        segments,
        _command(target, built, scripts),
    )


def flash_by_probe(plan: ProbePlan) -> None:
    """Run OpenOCD, with its messages on the standard error.

    Raises UsageError without a firmware, ToolchainError without OpenOCD, BoardError if it fails.
    """
    if plan.firmware is None:
        raise UsageError(f"flashing {plan.board} needs --firmware: {BUILD_FIRST}")
    if not find_tool(OPENOCD):
        raise MissingToolError(
            f"flashing {plan.board} needs {OPENOCD.name}, which is not installed; {OPENOCD.remedy}"
        )
    try:
        status = subprocess.run(plan.command, stdout=_STDERR, check=False).returncode
    except OSError as error:
        raise ToolchainError(
            f"{plan.command[0]}: cannot run ({error.strerror}); {OPENOCD.remedy}"
        ) from error
    if status != 0:
        raise BoardError(
            f"{plan.board}: {OPENOCD.name} failed with status {status}; its messages say why. "
            "Check cable and debug probe, and that it has the board's files (--scripts)"
        )


def _command(target: Target, firmware: Path, scripts: Path | None) -> tuple[str, ...]:
    path = str(firmware.absolute() if firmware.is_file() else firmware)
    if set(path) & set("{}\\\n"):
        raise UsageError(f"{path}: OpenOCD cannot read paths with braces or backslashes; rename it")
    files = target.facts["openocd_files"]
    listed = files if isinstance(files, tuple) else (files,)
    words = [find_tool(OPENOCD) or OPENOCD.name]
    words += ["-s", str(scripts)] if scripts is not None else []
    words += [word for file in listed for word in ("-f", str(file))]
    return (*words, "-c", f"program {{{path}}} verify reset exit")


def _checked(content: bytes, where: str, target: Target) -> tuple[Segment, ...]:
    """Return the segments of a program that the board's flash holds."""
    segments = tuple(_segments(content, where))
    begin, size = (_number(target, name) for name in ("flash_begin", "flash_bytes"))
    for segment in segments:
        if not begin <= segment.address <= begin + size - segment.size_bytes:
            raise ArtifactError(
                f"{where}: {segment.size_bytes:,} bytes at {segment.address:#010x} are outside of "
                f"{target.name}'s flash, {size:,} bytes at {begin:#010x}; build it for this board"
            )
    return segments


def _number(target: Target, name: str) -> int:
    value = target.facts.get(name)
    if not isinstance(value, int):
        raise PluginError(
            f"{target.name}: its fact '{name}' is {value!r}, flashing by OpenOCD needs an integer; "
            "complete the target's facts, see `zoo show max78000`"
        )
    return value


def _segments(content: bytes, where: str) -> Iterator[Segment]:
    """Yield what a program occupies in the flash."""
    try:
        magic, _, machine, _, _, table, *_, size, count, _, _, _ = _HEADER.unpack_from(content)
        headers = [_SEGMENT.unpack_from(content, table + size * index) for index in range(count)]
    except struct_error:
        magic, machine, headers = b"", 0, []
    loaded = [header for header in headers if header[0] == _LOADED and header[4] > 0]
    if not magic.startswith(_MAGIC) or machine != _ARM or not loaded:
        raise ArtifactError(
            f"{where}: is no program for an ARM processor (ELF, 32 bits); give the firmware.elf "
            "that the bundle's firmware/build.sh makes"
        )
    yield from (Segment(address, size_bytes) for _, _, _, address, size_bytes, *_ in loaded)


def _demand_own(content: bytes, where: str, manifest: Manifest, bundle: Path) -> None:
    """Raise BundleError unless the firmware states the digest of one of the bundle's files."""
    if not any(digest.encode() in content for digest in manifest.files.values()):
        raise BundleError(
            f"{where}: is not built from the sources in {bundle.name}: it states the SHA-256 of no "
            "file of it; build it again, or flash it by the command of --dry-run"
        )
