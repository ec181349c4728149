"""Integers looked up by pixel are those of normalising and rounding."""

import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from host_compilers import CXX
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from made_once import made_once
from numpy.typing import NDArray

import zoo.steps.plugin
from codegen.templates import TEMPLATES

CPP = TEMPLATES / "cpp"
DRIVER = Path(__file__).with_name("pixel_levels_driver.cpp")
PARTS = ("core/pixel_levels.cpp", "core/tensor_spec.cpp", "backends/c99_tensor.cpp")
STRICT = ["-std=c++17", "-O2", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]

channels = st.sampled_from([1, 3, 4])
edges = st.integers(1, 9)
means, stds = st.floats(-300, 300, width=32), st.floats(0.0078125, 300, width=32)
grids = st.tuples(st.floats(1 / 1024, 4, width=32), st.integers(-128, 255), st.booleans())


@pytest.fixture(scope="session")
def write_levels(tmp_path_factory):
    if shutil.which(CXX) is None:
        pytest.skip(f"no {CXX}: apt install g++")

    def make(folder: Path) -> None:
        (folder / "steps").symlink_to(Path(zoo.steps.plugin.__file__).parent)
        sources = [str(DRIVER), *(str(CPP / part) for part in PARTS)]
        library = ["-shared", "-fPIC", "-o", str(folder / "levels.so")]
        includes = [f"-I{CPP}", f"-I{folder}"]
        subprocess.run([CXX, *STRICT, *includes, *sources, *library], check=True)

    library = made_once(tmp_path_factory, "levels", make) / "levels.so"
    return ctypes.CDLL(str(library)).write_levels


def address(array: NDArray) -> ctypes.c_void_p:
    return array.ctypes.data_as(ctypes.c_void_p)


def levels(
    write_levels, image: NDArray, mean: list[float], std: list[float], grid, half_up: bool
) -> tuple[NDArray, NDArray]:
    scale, zero_point, is_signed = grid
    shape = np.array(image.shape, np.int32)
    reals = [np.array(values, np.float32) for values in (mean, std)]
    looked_up, plain = np.zeros_like(image), np.zeros_like(image)
    write_levels(
        address(image),
        address(shape),
        *map(address, reals),
        ctypes.c_float(scale),
        zero_point,
        is_signed,
        half_up,
        address(looked_up),
        address(plain),
    )
    return looked_up, plain


@pytest.mark.toolchain
@given(data=st.data(), grid=grids, half_up=st.booleans())
def test_integers_are_those_of_the_plain_steps(write_levels, data, grid, half_up):
    count = data.draw(channels)
    image = data.draw(arrays(np.uint8, st.tuples(edges, edges, st.just(count))))
    mean, std = (data.draw(st.lists(v, min_size=count, max_size=count)) for v in (means, stds))
    looked_up, plain = levels(write_levels, image, mean, std, grid, half_up)
    np.testing.assert_array_equal(looked_up, plain)


@pytest.mark.toolchain
@pytest.mark.parametrize(("zero_point", "is_signed"), [(128, False), (0, True)])
@pytest.mark.parametrize("count", [1, 3])
def test_pixels_that_are_the_integers(write_levels, count, zero_point, is_signed):
    image = np.arange(256 * count, dtype=np.uint8).reshape(16, 16, count)
    mean = std = [128.0] * count
    grid = (1 / 128, zero_point, is_signed)
    looked_up, plain = levels(write_levels, image, mean, std, grid, half_up=False)
    np.testing.assert_array_equal(looked_up, image + np.uint8((zero_point - 128) % 256))
    np.testing.assert_array_equal(looked_up, plain)
