"""Grey levels of a picture: how often each occurs, and others in their place. Integers only."""

import numpy as np
from numpy.typing import NDArray

from zoo.errors import StepError

__all__ = ["level_counts", "replaced_levels"]


def level_counts(step: str, image_hwc: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return how many pixels have each level, [256].

    image_hwc: [H, W, 1]; raises RecipeError naming `step` for one in colour.
    """
    channels = image_hwc.shape[2]
    if channels != 1:
        raise StepError(
            f"contract step '{step}': takes a gray picture, but this one has {channels} channels; "
            "put step 'gray' before it"
        )
    return np.bincount(image_hwc.ravel(), minlength=256).astype(np.int64)


def replaced_levels(
    image_hwc: NDArray[np.uint8], places: NDArray[np.int64], total: int
) -> NDArray[np.uint8]:
    """Return the picture with level p replaced by 255 clamp(places[p], 0, total) / total, rounded.

    places: [256].  Halves are rounded up.  The picture is unchanged if total is 0.
    """
    if total == 0:
        return image_hwc
    levels = (510 * places.clip(0, total) + total) // (2 * total)
    return levels.astype(np.uint8)[image_hwc]
