"""Writes flash packages to a board over a serial port, by kflash.

kflash is a Python program (Apache-2.0) that speaks the protocol of the K210's boot ROM.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from zoo.bundle.bundle import unpack
from zoo.bundle.kfpkg import SUFFIX, FlashFile, pack_kfpkg, read_kfpkg
from zoo.errors import BoardError, BundleError, FileKindError, MissingToolError, PortError
from zoo.file_content import file_content
from zoo.target import ARCHIVE
from zoo.tool import install_extra

__all__ = ["FlashSettings", "demand_port", "flash", "flash_files", "serial_ports"]

_MODULE = "kflash"
_FIRMWARE = "firmware.bin"
_STDERR = 2  # the output is for the plan
_PORTS = ("ttyUSB*", "ttyACM*", "cu.usbserial*", "cu.wchusbserial*")


@dataclass(frozen=True)
class FlashSettings:
    """board: kflash's name of the reset circuit, '' to try each.  baud_rate: bits per second."""

    port: str
    baud_rate: int
    board: str


def flash_files(path: Path, firmware: Path | None = None) -> tuple[FlashFile, ...]:
    """Return what is written for a flash package, or for the bundle that it lies beside.

    firmware: a program for the boot ROM, written at address 0 in place of the package's own.
    Raises UsageError for another kind of file, BundleError for a damaged bundle or one without its
    package, ArtifactError for a package that is damaged or does not fit.
    """
    if path.name.endswith(f".{ARCHIVE}"):
        files = _files_of_bundle(path)
    elif path.name.endswith(SUFFIX):
        files = read_kfpkg(file_content(path, BundleError), str(path))
    else:
        raise FileKindError(
            f"{path}: neither a flash package nor a bundle; give a {SUFFIX} file, or a .{ARCHIVE} "
            f"with its {SUFFIX} beside it, as `zoo build` makes them"
        )
    if firmware is None:
        return files
    own = FlashFile(0, _FIRMWARE, file_content(firmware, BundleError), is_firmware=True)
    others = (file for file in files if not file.is_firmware)
    return read_kfpkg(pack_kfpkg((own, *others), str(firmware)), str(firmware))


def _files_of_bundle(bundle: Path) -> tuple[FlashFile, ...]:
    """Return the files of the package beside a bundle, each of which the bundle lists."""
    package = bundle.with_name(bundle.name.removesuffix(f".{ARCHIVE}") + SUFFIX)
    with TemporaryDirectory(prefix="zoo-flash-") as folder:
        manifest = unpack(bundle, Path(folder)).manifest
    if not package.is_file():
        raise BundleError(
            f"{bundle}: is for {manifest.target}, and {package.name} is not beside it; `zoo build` "
            "writes both for boards that are flashed, README.md of others says how to install them"
        )
    files = read_kfpkg(file_content(package, BundleError), str(package))
    known = set(manifest.files.values())
    for file in files:
        if hashlib.sha256(file.content).hexdigest() not in known:
            raise BundleError(
                f"{package}: its {file.name!r} is not in {bundle.name}; build both again"
            )
    return files


def serial_ports(devices: Path = Path("/dev")) -> tuple[str, ...]:
    """Return this machine's serial ports of USB adapters."""
    return tuple(sorted(str(path) for pattern in _PORTS for path in devices.glob(pattern)))


def demand_port(port: str, there: Sequence[str]) -> None:
    """Raise UsageError without a port, or for what is none. there: known ports."""
    listed = f"there: {', '.join(there)}" if there else "no serial port of a USB adapter is there"
    if not port:
        raise PortError(f"flashing needs --port, the board's serial port; {listed}")
    if not Path(port).exists():
        raise PortError(f"{port}: no such serial port; {listed}; connect the board")
    if not _is_terminal(port):
        raise PortError(f"{port}: is no serial port; {listed}; give the board's")


def _is_terminal(port: str) -> bool:
    """Whether a device is a terminal, as serial ports are; one that cannot be opened may be."""
    if not Path(port).is_char_device():
        return False
    try:
        device = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return True  # kflash says why
    try:
        return os.isatty(device)
    finally:
        os.close(device)


def flash(files: Sequence[FlashFile], settings: FlashSettings) -> None:
    """Write the files, show kflash's progress, and restart the board.

    Raises ToolchainError without kflash, BoardError if it fails.
    """
    if find_spec(_MODULE) is None:
        raise MissingToolError(
            f"flashing needs {_MODULE}, which is not installed; {install_extra(_MODULE)}"
        )
    with TemporaryDirectory(prefix="zoo-flash-") as folder:
        package = Path(folder) / f"package{SUFFIX}"
        package.write_bytes(pack_kfpkg(files, package.name))
        words = ["--noansi", "--port", settings.port, "--baudrate", str(settings.baud_rate)]
        words += ["--Board", settings.board] if settings.board else []
        command = [sys.executable, "-m", _MODULE, *words, str(package)]
        status = subprocess.run(command, stdout=_STDERR, check=False).returncode
    if status != 0:
        raise BoardError(
            f"{settings.port}: {_MODULE} failed with status {status}; its messages say why. Check "
            "cable and port, try another --board or a lower --baud"
        )
