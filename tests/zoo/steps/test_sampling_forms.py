"""Each processor's form of the resampling writes the bytes of the numpy form."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import numpy as np
import pytest
from host_compilers import CXX
from numpy.typing import NDArray

import zoo.steps.plugin
from codegen.emulator import EMULATOR, emulator_words
from codegen.machines import RASPBERRY_PI_4
from zoo.step import Region
from zoo.steps.sampling import INTERPOLATIONS, resize

STEPS = Path(zoo.steps.plugin.__file__).parent
DRIVER = Path(__file__).with_name("sampling_driver.cpp")
STRICT = ["-std=c++17", "-O2", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]
CHECKED = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
ARM_CXX = "aarch64-linux-gnu-g++"
FORMS = {
    "plain": [CXX, "-DZOO_PLAIN_SAMPLING", *CHECKED],
    "native": [CXX, *CHECKED],
    "neon": [ARM_CXX, f"-mcpu={RASPBERRY_PI_4.cpu}", "-static"],
}


@dataclass(frozen=True)
class Case:
    image: NDArray[np.uint8]
    region: Region
    height: int
    width: int
    interpolation: str

    def told(self) -> bytes:
        r = self.region
        numbers = (*self.image.shape, self.height, self.width, r.x0_q8, r.y0_q8)
        words = (*numbers, r.width_q8, r.height_q8, self.interpolation)
        return f"{' '.join(map(str, words))}\n".encode() + self.image.tobytes()

    def expected(self) -> NDArray[np.uint8]:
        return resize(self.image, self.region, self.height, self.width, self.interpolation)


def cases(count: int, largest: int, size: int, place_q8: int) -> list[Case]:
    """Regions inside, partly and wholly outside of photos; shrunk and enlarged; 1 to 5 channels."""
    random = np.random.default_rng(count)
    made = []
    for i in range(count):
        height, width = random.integers(1, largest, 2)
        image = random.integers(0, 256, (height, width, random.integers(1, 6)), np.uint8)
        if i % 3 == 0:
            image[:] = 255 * (image > 127)  # the largest sums
        places = random.integers(-place_q8, place_q8, 2)
        sides = np.exp(random.uniform(0, np.log(2 * place_q8), 2)).astype(int) + 1
        region = Region(*map(int, (*places, *sides)))
        made.append(Case(image, region, *random.integers(1, size, 2), INTERPOLATIONS[i % 4]))
    return made


def run(form: str, folder: Path, given: Sequence[Case]) -> list[NDArray[np.uint8]]:
    """Return the results of the form's program."""
    compiler, *options = FORMS[form]
    if which(compiler) is None:
        pytest.skip(f"no {compiler}: scripts/toolchains rpi4")
    program = folder / form
    subprocess.run([compiler, *options, *STRICT, f"-I{STEPS}", DRIVER, "-o", program], check=True)
    words: tuple[str, ...] = ()
    if compiler == ARM_CXX:
        if which(EMULATOR) is None:
            pytest.skip(f"no {EMULATOR}: scripts/toolchains rpi4")
        words = emulator_words(RASPBERRY_PI_4, folder, (), "")
    told = b"".join(case.told() for case in given)
    found = subprocess.run([*words, program], input=told, capture_output=True, check=False)
    assert (found.returncode, found.stderr) == (0, b"")
    sizes = [case.height * case.width * case.image.shape[2] for case in given]
    flat = np.frombuffer(found.stdout, np.uint8)
    assert len(flat) == sum(sizes)
    return np.split(flat, np.cumsum(sizes)[:-1])


@pytest.mark.toolchain
@pytest.mark.parametrize("form", FORMS)
def test_every_form_writes_the_same_bytes(form, tmp_path):
    small, large = cases(400, 30, 24, 40 * 256), cases(12, 600, 130, 700 * 256)
    one_pixel = cases(40, 2, 9, 20 * 256)
    given = [*small, *large, *one_pixel]
    for case, found in zip(given, run(form, tmp_path, given), strict=True):
        np.testing.assert_array_equal(found, case.expected().ravel(), str(case))
