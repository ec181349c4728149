"""The C++ forms of the steps, compiled once for all workers and called by ctypes."""

import ctypes
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from host_compilers import CXX
from made_once import made_once
from numpy.typing import NDArray

import zoo.steps.plugin
from zoo.step import Box, Region, TurnedRegion

STEPS = Path(zoo.steps.plugin.__file__).parent
DRIVER = Path(__file__).with_name("steps_driver.cpp")
STRICT = ["-std=c++17", "-O1", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
CHECKED = ["-fsanitize=undefined", "-fno-sanitize-recover=all", "-ffp-contract=off"]


class CppSteps:
    """Calls the driver; an undefined operation in it ends the test run."""

    def __init__(self, library: Path) -> None:
        self._library = ctypes.CDLL(str(library))
        self._library.crop.restype = ctypes.c_bool
        self._library.align.restype = ctypes.c_bool

    def crop(
        self, box: Box, scale: float, aspect: tuple[int, int] = (1, 1)
    ) -> tuple[Region | None, str]:
        """Return the region and '', or None and the error's text."""
        region, message = np.zeros(4, np.int64), ctypes.create_string_buffer(400)
        good = self._library.crop(
            _data(np.array(box, np.float64)),
            ctypes.c_double(scale),
            *aspect,
            _data(region),
            message,
            ctypes.c_size_t(len(message)),
        )
        return (Region(*region.tolist()), "") if good else (None, message.value.decode())

    def resize(
        self,
        image: NDArray,
        region: Region,
        height: int,
        width: int,
        interpolation: str = "antialiased",
    ) -> NDArray:
        out = np.zeros((height, width, image.shape[2]), np.uint8)
        shape, place, name = _shape(image), _place(region), interpolation.encode()
        self._library.resize(
            _data(image), _data(shape), _data(place), height, width, name, _data(out)
        )
        return out

    def wrong_means(self, n: int) -> int:
        return int(self._library.wrong_means(n))

    def fitted(
        self, step: str, image: NDArray, box: Box, size: tuple[int, int], *words: object
    ) -> tuple[NDArray, Region]:
        """Return image and region of a step that takes a box to a size.

        words: the step's other parameters, in the driver's order, lists first.
        """
        out = np.zeros((*size, image.shape[2]), np.uint8)
        region, place = np.zeros(4, np.int64), np.array(box, np.float64)
        lists = [np.array(word, np.int32) for word in words if isinstance(word, list)]
        others = [word for word in words if not isinstance(word, list)]
        getattr(self._library, step)(
            _data(image),
            _data(_shape(image)),
            _data(place),
            *size,
            *map(_data, lists),
            *(word.encode() if isinstance(word, str) else word for word in others),
            _data(out),
            _data(region),
        )
        return out, Region(*region.tolist())

    def align(
        self, image: NDArray, box: Box, points: NDArray, p: Mapping[str, Any]
    ) -> tuple[NDArray, TurnedRegion | None]:
        """Return image and turned region; p: the step's complete parameters."""
        height, width = p["size"]
        out, turned = np.zeros((height, width, image.shape[2]), np.uint8), np.zeros(6, np.int64)
        is_turned = self._library.align(
            _data(image),
            _data(_shape(image)),
            _data(np.array(box, np.float64)),
            _data(points),
            len(points),
            _data(np.array(p["points"], np.float64)),
            height,
            width,
            ctypes.c_double(p["scale"]),
            p["interpolation"].encode(),
            _data(out),
            _data(turned),
        )
        return out, TurnedRegion(*turned.tolist()) if is_turned else None

    def gray(self, image: NDArray) -> NDArray:
        out = np.zeros((*image.shape[:2], 1), np.uint8)
        self._library.gray(_data(image), _data(_shape(image)), _data(out))
        return out

    def fold(self, image: NDArray, factor: int) -> NDArray:
        rows, columns = image.shape[0] // factor, image.shape[1] // factor
        out = np.zeros((rows, columns, image.size // (rows * columns)), np.uint8)
        self._library.fold(_data(image), _data(_shape(image)), factor, _data(out))
        return out

    def equalize(self, image: NDArray) -> NDArray:
        out = np.zeros_like(image)
        self._library.equalize(_data(image), _data(_shape(image)), _data(out))
        return out

    def contrast(self, image: NDArray, cut_percent: int) -> NDArray:
        out = np.zeros_like(image)
        self._library.contrast(_data(image), _data(_shape(image)), cut_percent, _data(out))
        return out

    def color(self, image: NDArray, order: str) -> NDArray:
        out = np.zeros_like(image)
        self._library.color(_data(image), _data(_shape(image)), order.encode(), _data(out))
        return out

    def normalize(self, image: NDArray, mean: list[float], std: list[float]) -> NDArray:
        height, width, channels = image.shape
        out = np.zeros((channels, height, width), np.float32)
        self._library.normalize(
            _data(image),
            _data(_shape(image)),
            _data(np.array(mean, np.float32)),
            _data(np.array(std, np.float32)),
            _data(out),
        )
        return out

    def landmarks(
        self,
        output: NDArray,
        image: NDArray,
        region: Region | TurnedRegion,
        p: Mapping[str, Any],
    ) -> NDArray:
        """Return [count, 2]; p: the step's complete parameters."""
        out, mean = np.zeros((p["count"], 2)), np.array(p["mean"], np.float64)
        self._library.landmarks(
            _data(output.astype(np.float64)),
            len(out),
            _data(_shape(image)),
            _data(_place(region)),
            ctypes.c_bool(isinstance(region, TurnedRegion)),
            _data(mean),
            len(mean),
            p["order"].encode(),
            p["numbers"],
            ctypes.c_bool(p["normalized"]),
            _data(out),
        )
        return out

    def aspect_ratios(self, landmarks: NDArray, layout: str) -> NDArray:
        """Return ear_left, ear_right, ear, mar."""
        out = np.zeros(4)
        self._library.aspect_ratios(_data(landmarks), len(landmarks), layout.encode(), _data(out))
        return out

    def segment(self, samples: NDArray, length: int, place: str) -> NDArray:
        out = np.zeros(length)
        self._library.segment(_data(samples), len(samples), length, place.encode(), _data(out))
        return out

    def waveform(self, samples: NDArray, gain: float) -> NDArray:
        out = np.zeros(len(samples), np.float32)
        self._library.waveform(_data(samples), len(samples), ctypes.c_double(gain), _data(out))
        return out

    def log_mel(
        self, samples: NDArray, rate_hz: int, p: Mapping[str, Any], shape: tuple[int, int]
    ) -> NDArray:
        """Return the input of this shape; p: the step's complete parameters."""
        counts = np.array([p[n] for n in ("window", "hop", "fft", "bands", "power")], np.int32)
        numbers = np.array([p[n] for n in ("low_hz", "high_hz", "offset", "mean", "std")], float)
        out = np.zeros(shape, np.float32)
        self._library.log_mel(
            _data(samples),
            len(samples),
            rate_hz,
            _data(counts),
            _data(numbers),
            p["taper"].encode(),
            p["order"].encode(),
            _data(out),
        )
        return out

    def softmax(self, scores: NDArray) -> NDArray:
        return self._vector("softmax", scores)

    def embedding(self, vector: NDArray) -> NDArray:
        return self._vector("embedding", vector)

    def _vector(self, step: str, vector: NDArray) -> NDArray:
        out, numbers = np.zeros(len(vector)), vector.astype(np.float64)
        getattr(self._library, step)(_data(numbers), len(out), _data(out))
        return out

    def top_k(self, scores: NDArray, count: int) -> tuple[NDArray, NDArray, str]:
        """Return top_scores, top_classes and the joined top_labels, "<3>" being that of class 3."""
        top_scores, classes = np.zeros(count), np.zeros(count, np.int64)
        texts, numbers = ctypes.create_string_buffer(400), scores.astype(np.float64)
        self._library.top_k(
            _data(numbers),
            len(numbers),
            count,
            _data(top_scores),
            _data(classes),
            texts,
            ctypes.c_size_t(len(texts)),
        )
        return top_scores, classes, texts.value.decode()

    def head_pose(self, landmarks: NDArray, face: NDArray) -> NDArray:
        out = np.zeros(3)
        self._library.head_pose(_data(landmarks), len(landmarks), _data(face), _data(out))
        return out


def _data(array: NDArray) -> ctypes.c_void_p:
    # A view of a buffer that the caller keeps alive for the call.
    assert array.flags.c_contiguous
    return array.ctypes.data_as(ctypes.c_void_p)


def _shape(image: NDArray) -> NDArray:
    return np.array(image.shape, np.int32)


def _place(region: Region | TurnedRegion) -> NDArray:
    return np.array(astuple(region), np.int64)


@pytest.fixture(scope="session")
def cpp(tmp_path_factory: pytest.TempPathFactory) -> CppSteps:
    if shutil.which(CXX) is None:
        pytest.skip(f"no {CXX}: apt install g++")

    def make(folder: Path) -> None:
        library = ["-shared", "-fPIC", "-o", str(folder / "steps.so")]
        command = [CXX, *STRICT, *CHECKED, f"-I{STEPS}", str(DRIVER), *library]
        subprocess.run(command, check=True)

    return CppSteps(made_once(tmp_path_factory, "steps", make) / "steps.so")
