"""Golden inputs with a face: a public-domain portrait and variations of it."""

from collections.abc import Mapping
from pathlib import Path

from zoo.recipe import GoldenInput, Licence
from zoo.step import Box

__all__ = ["portrait_licence", "portraits", "whole_portraits"]

_FOLDER = Path(__file__).with_name("portrait")
_FACE = (85.0, 89.0, 91.0, 92.0)
_FACES = {
    "astronaut": _FACE,
    "astronaut_edge": _FACE,
    "astronaut_dark": _FACE,
    "astronaut_small": (21.25, 22.25, 22.75, 23.0),
}
_WHOLE = {
    "astronaut": (0.0, 0.0, 256.0, 256.0),
    "astronaut_edge": (0.0, 0.0, 160.0, 170.0),
    "astronaut_dark": (0.0, 0.0, 256.0, 256.0),
    "astronaut_small": (0.0, 0.0, 64.0, 64.0),
}


def portraits() -> tuple[GoldenInput, ...]:
    """Return the pictures with the box of the face."""
    return _pictures(_FACES)


def whole_portraits() -> tuple[GoldenInput, ...]:
    """Return the pictures with whole-image boxes, for networks that see all of it."""
    return _pictures(_WHOLE)


def portrait_licence() -> Licence:
    """Return the licence of the pictures."""
    file = _FOLDER / "README.md"
    return Licence("golden", "LicenseRef-NASA-public-domain", commercial=True, file=file)


def _pictures(boxes: Mapping[str, Box]) -> tuple[GoldenInput, ...]:
    return tuple(GoldenInput(name, _FOLDER / f"{name}.png", box) for name, box in boxes.items())
