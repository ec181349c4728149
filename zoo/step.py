"""What a contract step provides: one meaning in numpy and in C++."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.errors import RecipeError, suggest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Frame", "PostStep", "PreStep", "Region", "StepPlugin"]

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Region:
    """Square part of a photo, in 1/256 pixel; pixel i covers [256 i, 256 (i + 1))."""

    x0_q8: int
    y0_q8: int
    side_q8: int


@dataclass(frozen=True)
class Frame:
    """An image on its way to the network.

    image_hwc: [H, W, 3] uint8 RGB (or [H, W, 1] after a gray step).
    box: face (x, y, width, height) in the photo's pixels.
    region: part of the photo that the image shows, once cropped.
    input_chw: [C, H, W] float32, once normalised.
    """

    image_hwc: "NDArray[np.uint8]"
    box: Box
    region: Region | None = None
    input_chw: "NDArray[np.float32] | None" = None


class StepPlugin(ABC):
    """What both kinds of steps tell. The C++ and the Kotlin form stand beside the Python one.

    parameters: default by name; None where the contract must give it.
    cpp_header: a C++17 header that defines the step's function; its form is in docs/contract.md.
    kotlin_file: a file that defines it for Android apps; None where there is none.
    """

    name: str
    parameters: Mapping[str, Any]
    cpp_header: Path
    kotlin_file: Path | None = None

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return given parameters with defaults; raises RecipeError for unknown or missing ones."""
        for name in given:
            if name not in self.parameters:
                raise RecipeError(
                    f"contract step '{self.name}': unknown parameter '{name}'"
                    f"{suggest(name, self.parameters)}"
                )
        complete = {**self.parameters, **given}
        missing = [name for name, value in complete.items() if value is None]
        if missing:
            raise RecipeError(f"contract step '{self.name}': parameter '{missing[0]}' is missing")
        return complete


class PreStep(StepPlugin):
    """A step before the network."""

    @abstractmethod
    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:
        """Return the frame after this step; parameters are complete."""


class PostStep(StepPlugin):
    """A step after the network."""

    @abstractmethod
    def apply(
        self, values: "Mapping[str, NDArray[Any]]", frame: Frame, parameters: Mapping[str, Any]
    ) -> "Mapping[str, NDArray[Any]]":
        """Return new values by name, from the network's outputs and earlier steps' values."""
