"""Inference runtimes from PyPI packages: installed ones, and ones for other machines.

The latter are downloaded once, checked, and cached.
"""

import hashlib
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory

from zoo.errors import MissingToolError, ToolchainError
from zoo.plugs import Library

__all__ = [
    "Wheel",
    "carried_library",
    "onnxruntime_library",
    "openvino_libraries",
    "wheel_file",
    "wheel_library",
]

_TIMEOUT_S = 600
_REMEDY = "pip install onnxruntime"
_OPENVINO_REMEDY = "pip install openvino"
_OPENVINO = {
    "openvino-c": "libopenvino_c.so.*",
    "openvino": "libopenvino.so.*",
    "openvino-cpu": "libopenvino_intel_cpu_plugin.so",
    "openvino-onnx": "libopenvino_onnx_frontend.so.*",
    "onetbb": "libtbb.so.*",
}
"""What runs an ONNX file on a CPU; each finds the others beside it."""


@dataclass(frozen=True)
class Wheel:
    """A PyPI file, for one Python version and platform.

    path: of its folder on PyPI's file server.  member: path of the shared library in it.
    """

    title: str
    project: str
    version: str
    file: str
    sha256: str
    path: str
    member: str

    @property
    def url(self) -> str:
        """Return its URL, for downloads without pip."""
        return f"https://files.pythonhosted.org/packages/{self.path}/{self.file}"


def wheel_file(wheel: Wheel) -> Path:
    """Return the path of the file, downloaded by pip if missing.

    Raises ToolchainError offline, and if the file differs.
    """
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / wheel.file
    from filelock import FileLock  # on demand: most builds download nothing

    with FileLock(folder / f"{wheel.file}.lock"):
        if not kept.is_file():
            with TemporaryDirectory(dir=folder, prefix="download-") as place:
                _check(_download(wheel, Path(place)), wheel).rename(kept)
    return _check(kept, wheel)


def wheel_library(wheel: Wheel) -> Path:
    """Return the unpacked library; raises ToolchainError like wheel_file, or if it is missing."""
    return _unpacked(wheel, wheel.member)


def carried_library(wheel: Wheel, licence: str, *texts: str) -> Library:
    """Return the library for bundles. licence: SPDX expression.  texts: its files in the wheel.

    Raises ToolchainError like wheel_library.
    """
    files = {Path(text).name: _unpacked(wheel, text) for text in texts}
    return Library(wheel.project, wheel.version, licence, wheel_library(wheel), files)


def _unpacked(wheel: Wheel, member: str) -> Path:
    packed = wheel_file(wheel)
    unpacked = packed.with_suffix("") / member
    if unpacked.is_file():
        return unpacked
    try:
        with zipfile.ZipFile(packed) as archive:
            content = archive.read(member)
    except KeyError as error:
        raise ToolchainError(f"{packed}: holds no {member}; name another version of it") from error
    unpacked.parent.mkdir(parents=True, exist_ok=True)
    part = unpacked.with_name(f"{unpacked.name}.{os.getpid()}")
    part.write_bytes(content)
    return part.replace(unpacked)


def onnxruntime_library() -> Library:
    """Return the shared library of the installed wheel; raises ToolchainError without one."""
    try:
        wheel = distribution("onnxruntime")
    except PackageNotFoundError as error:
        raise MissingToolError(f"the app needs ONNX Runtime; {_REMEDY}") from error
    folder = Path(str(wheel.locate_file("onnxruntime")))
    files = sorted(folder.glob("capi/libonnxruntime.so*"))
    if not files:
        raise ToolchainError(f"{folder}: has no capi/libonnxruntime.so; {_REMEDY} again")
    texts = {name: folder / name for name in ("LICENSE", "ThirdPartyNotices.txt")}
    return Library("onnxruntime", wheel.version, "MIT", files[0], texts)


def openvino_libraries() -> tuple[Library, ...]:
    """Return those of the installed wheel, the C interface first; raises ToolchainError."""
    try:
        wheel = distribution("openvino")
    except PackageNotFoundError as error:
        raise MissingToolError(f"the app needs OpenVINO; {_OPENVINO_REMEDY}") from error
    folder = Path(str(wheel.locate_file("openvino"))) / "libs"
    licences = [Path(str(wheel.locate_file(f))) for f in wheel.files or () if _is_licence(f.parts)]
    texts = {path.name: path for path in licences}
    return tuple(
        Library(name, wheel.version, "Apache-2.0", _one(folder, pattern), texts)
        for name, pattern in _OPENVINO.items()
    )


def _is_licence(parts: tuple[str, ...]) -> bool:
    return "licenses" in parts and parts[0].endswith(".dist-info")


def _one(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        raise ToolchainError(f"{folder}: has no {pattern}; {_OPENVINO_REMEDY} again")
    return found[0]


def _folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "edgezoo" / "wheels"


def _check(path: Path, wheel: Wheel) -> Path:
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != wheel.sha256:
        raise ToolchainError(
            f"{path}: has SHA-256 {found}, expected {wheel.sha256}; delete it to download it again"
        )
    return path


def _download(wheel: Wheel, place: Path) -> Path:
    """Return the file in `place`."""
    _, _, python, _, platform = wheel.file.removesuffix(".whl").split("-")
    words = ["--no-deps", "--only-binary=:all:", "--quiet", "--disable-pip-version-check"]
    words += ["--platform", platform, "--python-version", python.removeprefix("cp")]
    words += ["--implementation", "cp", "--dest", str(place), f"{wheel.project}=={wheel.version}"]
    command = [sys.executable, "-m", "pip", "download", *words]
    try:
        finished = subprocess.run(
            command, capture_output=True, encoding="utf-8", timeout=_TIMEOUT_S, check=False
        )
        reason = (finished.stderr.strip().splitlines() or [""])[-1]
    except subprocess.TimeoutExpired:
        reason = f"it took more than {_TIMEOUT_S} s"
    if not (place / wheel.file).is_file():
        raise ToolchainError(
            f"{wheel.project} {wheel.version}: pip cannot download it ({reason}); it is needed "
            f"once: download {wheel.url} into {place.parent}"
        )
    return place / wheel.file
