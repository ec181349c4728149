"""Golden inputs for models without their own: rendered pictures, the same on every machine."""

from pathlib import Path
from typing import TYPE_CHECKING

from zoo.recipe import GoldenInput, Recipe

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["golden_inputs"]

_SIZE = 160


def golden_inputs(recipe: Recipe, folder: Path) -> tuple[GoldenInput, ...]:
    """Copy the recipe's golden pictures into a folder; render some if it has none."""
    pictures = {golden.name: golden.image.read_bytes() for golden in recipe.golden}
    boxes = {golden.name: golden.box for golden in recipe.golden}
    if not pictures:
        pictures = {name: _png(pixels) for name, pixels in _rendered().items()}
        boxes = dict.fromkeys(pictures, (0.0, 0.0, float(_SIZE), float(_SIZE)))
    for name, content in pictures.items():
        (folder / f"{name}.png").write_bytes(content)
    return tuple(GoldenInput(name, folder / f"{name}.png", boxes[name]) for name in pictures)


def _rendered() -> "dict[str, NDArray[np.uint8]]":
    """Return pictures with smooth, periodic and random content, [160, 160, 3] uint8."""
    import numpy as np

    y, x = np.mgrid[0:_SIZE, 0:_SIZE]
    ramp = np.stack([x, y, x + y], axis=-1) * 255 // (2 * _SIZE)
    waves = np.stack([x * y % 256, (x // 8 + y // 8) % 2 * 255, x * x % 256], axis=-1)
    noise = np.random.Generator(np.random.PCG64(0)).integers(0, 256, ramp.shape)
    named = {"ramp": ramp, "waves": waves, "noise": noise}
    return {f"rendered_{name}": pixels.astype(np.uint8) for name, pixels in named.items()}


def _png(pixels: "NDArray[np.uint8]") -> bytes:
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
