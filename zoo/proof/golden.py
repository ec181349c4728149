"""Golden inputs for models without their own, the same on every machine.

Rendered pictures, or generated signals; both are free of rights.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from zoo.contract import Contract
from zoo.recipe import GoldenInput, Recipe
from zoo.signal_file import SIGNAL_SUFFIX, written_wave
from zoo.step import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["golden_inputs"]

_SIZE = 160


def golden_inputs(recipe: Recipe, folder: Path) -> tuple[GoldenInput, ...]:
    """Copy the recipe's golden pictures into a folder; render some, or signals, if it has none."""
    if recipe.golden:
        files = {g.name: (g.image.suffix, g.image.read_bytes(), g.box) for g in recipe.golden}
    elif recipe.contract.signal is not None:
        files = _recorded(recipe.contract)
    else:
        box = (0.0, 0.0, float(_SIZE), float(_SIZE))
        files = {name: (".png", _png(pixels), box) for name, pixels in _rendered().items()}
    for name, (suffix, content, _) in files.items():
        (folder / f"{name}{suffix}").write_bytes(content)
    return tuple(
        GoldenInput(name, folder / f"{name}{suffix}", box)
        for name, (suffix, _, box) in files.items()
    )


def _recorded(contract: Contract) -> dict[str, tuple[str, bytes, Box]]:
    """Return signals by name: a tone, a chirp and noise, as WAV files of 16 bits."""
    spec = contract.signal
    assert spec is not None
    lengths = (s.parameters["length"] for s in contract.pre if s.name == "segment")
    count = next(lengths, spec.rate_hz)
    box = (0.0, 0.0, float(count), 1.0)
    return {
        f"generated_{name}": (SIGNAL_SUFFIX, written_wave(samples, spec.rate_hz), box)
        for name, samples in _sounds(count).items()
    }


def _sounds(count: int) -> "dict[str, NDArray[np.float64]]":
    """Return [count] samples each, of which the last tenth is silent.

    The phases are polynomials, and the sine is zoo.steps', so that all machines make the same.
    """
    import numpy as np

    from zoo.steps.fourier import sines

    turn = 1 << 12
    wave, t = sines(turn, turn), np.arange(count, dtype=np.int64)
    tone = wave[t * 131 % turn]
    chirp = wave[t * t * 900 // count % turn]
    noise = np.random.Generator(np.random.PCG64(0)).uniform(-1, 1, count)
    is_loud = t < count - count // 10
    return {
        "tone": 0.5 * tone * is_loud,
        "chirp": 0.8 * chirp * is_loud,
        "noise": 0.2 * noise * is_loud,
    }


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
