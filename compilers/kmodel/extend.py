"""Images too small for the KPU, or of an odd size before a stride.

The CPU appends lines and columns of the zero point, which is what lies around an image anyway, and
takes the wanted part of the result.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from compilers.kmodel.scope import Scope
from compilers.kmodel.steps import Image
from zoo.lowering import NodeView

__all__ = ["Extended", "extended"]


@dataclass(frozen=True)
class Extended:
    """The images that the KPU sees."""

    source: str
    source_image: Image
    output: str
    output_image: Image


@contextmanager
def extended(
    scope: Scope,
    view: NodeView,
    source: str,
    output: str | None,
    stride: int,
    zero_point: int,
    first: tuple[int, int] = (0, 0),
) -> Iterator[Extended]:
    """Extend the source before the layer that is added inside, and cut its output afterwards.

    output: None if another use cuts it.  zero_point: of the source.  first: the output's first
    pixel, line and column, in what the layer computes.
    """
    limits = scope.limits
    image = scope.image(view, source)
    height = _size(image[1], stride, limits.height_min)
    width = _size(image[2], stride, limits.width_min)
    channels = scope.image(view, output or view.output.name)[0]
    output_image = channels, height // stride, width // stride
    if (height, width) == image[1:]:
        yield Extended(source, image, output or source, output_image)
        return
    larger = image[0], height, width
    padded = scope.new(f"{source}.padded", larger)
    scope.add_pad(view, source, padded, image, (0, 0, 0), zero_point)
    whole = scope.new(f"{output or source}.whole", output_image)
    yield Extended(padded, larger, whole, output_image)
    if output is not None:
        cut = scope.image(view, output)
        scope.add_cpu(view, "slice", (whole,), output, _pixels(output_image, first, cut))


def _pixels(image: Image, first: tuple[int, int], cut: Image) -> dict[str, tuple[int, ...]]:
    begin = (0, *first)
    end = tuple(start + size for start, size in zip(begin, cut, strict=True))
    return {"shape": image, "begin": begin, "end": end, "strides": (1, 1, 1)}


def _size(size: int, stride: int, least: int) -> int:
    """Return the size to extend to: a whole number of strides."""
    return -(-max(size, least) // stride) * stride
