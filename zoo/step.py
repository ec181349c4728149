"""The interface of a contract step: the same computation in numpy and C++."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from zoo.errors import DataError, StepError, suggest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "Event",
    "Frame",
    "Moment",
    "Observer",
    "Place",
    "PostStep",
    "PreStep",
    "Region",
    "Signal",
    "StepPlugin",
    "TrackStep",
    "TurnedRegion",
    "ValueSpec",
    "box_region",
    "check_box",
    "is_box",
    "is_turned_region",
    "seen_region",
]

Box = tuple[float, float, float, float]
Place = tuple[float, float]

_LIMIT_PX = 1 << 20
_DTYPES = ("float32", "float64", "int64", "str")


def is_box(box: Box) -> bool:
    """Whether (x, y, width, height) has an area and may lie in a photo; no for nan."""
    return all(abs(value) < _LIMIT_PX for value in box) and min(box[2:]) >= 1


def check_box(box: Box) -> None:
    """Raise DataError for what is not a box."""
    if not is_box(box):
        raise DataError(
            f"box {', '.join(f'{value:g}' for value in box)}: expected x, y, width, height "
            f"in pixels, width and height at least 1, all below {_LIMIT_PX}; correct the box"
        )


@dataclass(frozen=True)
class Region:
    """Rectangle in a photo, in 1/256 pixel; pixel i covers [256 i, 256 (i + 1)).

    Each axis has its own scale to the network's input; they differ where the picture is stretched.
    """

    x0_q8: int
    y0_q8: int
    width_q8: int
    height_q8: int


@dataclass(frozen=True)
class TurnedRegion:
    """Parallelogram in a photo, in 1/256 pixel: an origin and the sides that begin there.

    across: along the upper edge of the network's input.  down: along its left edge.
    """

    x0_q8: int
    y0_q8: int
    across_x_q8: int
    across_y_q8: int
    down_x_q8: int
    down_y_q8: int


def is_turned_region(place: tuple[float, ...]) -> bool:
    """Whether the origin and both sides, [6] in pixels, may lie in a photo; no for nan."""
    if not all(abs(value) < _LIMIT_PX for value in place):
        return False
    return all(x * x + y * y >= 1 for x, y in (place[2:4], place[4:6]))


def box_region(box: Box) -> Region:
    """Return a box (x, y, width, height) in 1/256 pixel, rounded; raises as `check_box`."""
    check_box(box)
    return Region(*(math.floor(float(value) * 256 + 0.5) for value in box))


@dataclass(frozen=True)
class Signal:
    """A one-dimensional signal. samples: [N] float64, 1 is full scale.  rate_hz: of samples."""

    samples: "NDArray[np.float64]"
    rate_hz: int


@dataclass(frozen=True)
class Frame:
    """An image, or a signal, on its way to the network.

    image_hwc: [H, W, 3] uint8 RGB (or [H, W, 1] after a gray step).
    box: region of interest in the photo (x, y, width, height), in pixels.
    region: region of the photo that the image shows, once cropped.
    points: of the object in the box, in photo pixels with centres at integers; none if unknown.
    turned_region: what the image shows instead of a region, once aligned by the points.
    input_chw: [C, H, W] float32, once normalised.
    signal: None for an image. A signal has an image without pixels, and samples instead of a box.
    """

    image_hwc: "NDArray[np.uint8]"
    box: Box
    region: Region | None = None
    input_chw: "NDArray[np.float32] | None" = None
    signal: Signal | None = None
    points: tuple[Place, ...] = ()
    turned_region: TurnedRegion | None = None


@dataclass(frozen=True)
class Event:
    """What a tracked object did from begin_s to end_s, in the source's time. confidence: 0..1."""

    name: str
    begin_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True)
class Moment:
    """A tracked object in one photo, on its way through the steps over time.

    time_s: of the photo, in the source's time; later than that of the moment before.
    values: by name, of the network's steps and of earlier steps over time.
    states: names of events that are going on.  events: those that ended.
    """

    time_s: float
    values: "Mapping[str, NDArray[Any]]"
    states: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()


def seen_region(step: str, frame: Frame) -> Region:
    """Return the part of the photo that the network sees; raises RecipeError naming `step`."""
    if frame.turned_region is not None:
        raise StepError(
            f"contract step '{step}': cannot follow a step that turns the part of the photo, such "
            "as 'align'; of the steps with places, 'landmarks' can"
        )
    if frame.region is None:
        raise StepError(
            f"contract step '{step}': no step before the network says what part of the photo it "
            "sees; add stretch, center_crop, letterbox or crop"
        )
    return frame.region


@dataclass(frozen=True)
class ValueSpec:
    """Shape and type of a value. shape: None for the one axis whose length depends on the picture.

    Such an axis may have length 0: [N, 4] boxes in a picture without any. Texts are 'str'.
    Raises RecipeError for an impossible shape or another type.
    """

    shape: tuple[int | None, ...] = ()
    dtype: Literal["float32", "float64", "int64", "str"] = "float64"

    def __post_init__(self) -> None:
        if self.dtype not in _DTYPES:
            raise StepError(
                f"value {self}: unknown type '{self.dtype}'{suggest(str(self.dtype), _DTYPES)}"
            )
        if self.shape.count(None) > 1 or any(n is not None and n < 1 for n in self.shape):
            raise StepError(
                f"value {self}: lengths must be above 0, and at most one axis can depend on the "
                "picture"
            )

    def __str__(self) -> str:
        lengths = ("N" if n is None else str(n) for n in self.shape)
        return f"{self.dtype} [{', '.join(lengths)}]"


class StepPlugin(ABC):
    """Common interface of both kinds of steps. C++ and Kotlin forms are beside the Python one.

    parameters: default by name; None if the contract must set it.
    cpp_header: a C++17 header that defines the step's function, as described in docs/contract.md.
    kotlin_file: a file that defines it for Android apps; None if there is none.
    kotlin_parts: further files that this one needs.
    """

    name: str
    parameters: Mapping[str, Any]
    cpp_header: Path
    kotlin_file: Path | None = None
    kotlin_parts: tuple[Path, ...] = ()

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters with defaults; raises RecipeError for unknown or missing ones."""
        for name in given:
            if name not in self.parameters:
                raise StepError(
                    f"contract step '{self.name}': unknown parameter '{name}'"
                    f"{suggest(name, self.parameters)}"
                )
        complete = {**self.parameters, **given}
        missing = [name for name, value in complete.items() if value is None]
        if missing:
            raise StepError(f"contract step '{self.name}': parameter '{missing[0]}' is missing")
        return complete


class PreStep(StepPlugin):
    """A step before the network.

    takes: what it works on.
    chooses: whether it sets the frame's region from the box.
    resamples: whether it takes the region to the network's size. Boxes and regions are in the
    photo's pixels, so a contract does each at most once, in this order.
    is_pixelwise: whether each number of the input is a function of one channel of one pixel. Then
    the C++ header also defines NAME_pixels, which sets `Frame.pixel_values` instead of
    `Frame.input_chw`; programs call it if this is the last step.
    """

    takes: Literal["picture", "signal"] = "picture"
    chooses: bool = False
    resamples: bool = False
    is_pixelwise: bool = False

    def usual_points(self, parameters: Mapping[str, Any]) -> tuple[Place, ...]:  # noqa: ARG002
        """Return points that this step wants to know, () if it reads no `Frame.points`.

        They lie where they would in a picture of the network's input size.
        """
        return ()

    @abstractmethod
    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:
        """Return the frame after this step; parameters are complete."""


class PostStep(StepPlugin):
    """A step after the network. Its values match their specs for every picture."""

    @abstractmethod
    def adds(
        self, known: Mapping[str, ValueSpec], parameters: Mapping[str, Any]
    ) -> Mapping[str, ValueSpec]:
        """Return shape and type of every value that `apply` adds, by name, for any picture.

        known: the same of the network's outputs and the values of earlier steps.
        """

    def consumes(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:  # noqa: ARG002
        """Return the outputs and values that this step's own values replace in the app's record.

        Maps of a detector are an example: long, and of no use beside its boxes. Later steps can
        still read them. Names that are absent do not matter.
        """
        return ()

    @abstractmethod
    def apply(
        self, values: "Mapping[str, NDArray[Any]]", frame: Frame, parameters: Mapping[str, Any]
    ) -> "Mapping[str, NDArray[Any]]":
        """Return new values by name, from the network's outputs and earlier steps' values."""


class Observer(ABC):
    """A step over time at work on one tracked object, from its first photo to its last."""

    @abstractmethod
    def observe(self, moment: Moment) -> Moment:
        """Return the moment with what this step adds: values, states and events."""

    def end(self) -> tuple[Event, ...]:
        """Return the events that end because the object was lost or the source ended."""
        return ()


class TrackStep(StepPlugin):
    """A step over the time of a tracked object. A lost object's successor begins anew."""

    @abstractmethod
    def adds(
        self, known: Mapping[str, ValueSpec], parameters: Mapping[str, Any]
    ) -> Mapping[str, ValueSpec]:
        """Return shape and type of every value that an observer adds, as `PostStep.adds`.

        known: also has the values of earlier steps over time. Raises RecipeError if one is missing.
        """

    def makes(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:  # noqa: ARG002
        """Return the names of the events that an observer adds."""
        return ()

    def counts(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:  # noqa: ARG002
        """Return the names of the events of earlier steps that an observer reads."""
        return ()

    @abstractmethod
    def start(self, parameters: Mapping[str, Any]) -> Observer:
        """Return the observer of a new object; parameters are complete."""
