"""A film of a public-domain portrait whose eyelids are painted shut at known times."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from recipes.shelf.landmark_evaluation import predict
from zoo import registry
from zoo.data.regions import landmark_box
from zoo.recipe import Recipe
from zoo.step import Moment

_EYES = (range(36, 42), range(42, 48))
_FRAME_PX = 230


def recorded(
    recipe: Recipe, spans: tuple[tuple[float, float], ...], seconds: float, rate_hz: float
) -> Iterator[Moment]:
    """Yield what a published float network says of the film, tracking the face.

    spans: seconds [begin, end) in which the eyes are shut.  recipe: of 68 landmarks.
    """
    hub, golden = recipe.hubs["none"], recipe.golden[0]
    run = registry.load("executor", "onnxruntime").load(hub.parent, hub.name)
    with Image.open(golden.image) as file:
        awake = file.convert("RGB")
    landmarks = predict(recipe.contract, run, np.asarray(awake), golden.box)
    pictures = (awake, _shut(awake, landmarks))
    box = golden.box
    for number in range(round(seconds * rate_hz)):
        time_s = number / rate_hz
        is_shut = any(begin <= time_s < end for begin, end in spans)
        photo = _moved(pictures[is_shut], time_s, number)
        landmarks = predict(recipe.contract, run, photo, box)
        box = landmark_box(landmarks)
        yield Moment(time_s, {"landmarks": landmarks})


def _shut(picture: Image.Image, landmarks: NDArray[np.float64]) -> Image.Image:
    """Return the picture with skin over the eyes, and a line of lashes."""
    shut = picture.copy()
    draw = ImageDraw.Draw(shut)
    for eye in _EYES:
        points = landmarks[list(eye)]
        x, y = points.mean(axis=0).tolist()
        width = float(np.ptp(points[:, 0]))
        skin = picture.getpixel((round(x), round(y + 0.55 * width)))
        assert isinstance(skin, tuple)
        lid = [x - 0.62 * width, y - 0.36 * width, x + 0.62 * width, y + 0.3 * width]
        draw.ellipse(lid, fill=skin)
        lashes = [x - 0.55 * width, y - 0.25 * width, x + 0.55 * width, y + 0.28 * width]
        draw.arc(lashes, 10, 170, fill=tuple(value // 3 for value in skin))
    return shut.filter(ImageFilter.GaussianBlur(0.7))


def _moved(picture: Image.Image, time_s: float, number: int) -> NDArray[np.uint8]:
    """Return a part of the picture as a head that sways, with a camera's noise."""
    x, y = round(13 + 8 * np.sin(time_s)), round(13 + 4 * np.sin(1.7 * time_s))
    part = np.asarray(picture, float)[y : y + _FRAME_PX, x : x + _FRAME_PX]
    noise = np.random.default_rng(number).normal(0, 4, part.shape)
    return np.clip(part + noise, 0, 255).astype(np.uint8)
