"""Pictures aligned with landmarks in C, to the bit, for faces and for what is none."""

import subprocess
from dataclasses import replace

import pytest
from formatting import misplaced
from generated_c import assert_exact, side_by_side, write_c
from host_compilers import CC
from similarity_cases import COARSE, FINE, OPS, PIXELS, alone

from zoo.graph import Quantization

pytestmark = pytest.mark.toolchain

STRICT = ("-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-Wconversion", "-Wshadow")
SIGNED = Quantization((1 / 128,), (-5,))


def _cases(offsets: Quantization) -> dict:
    cases = {op: alone(op, offsets) for op in OPS}
    cases |= {f"{op} signed": alone(op, offsets, SIGNED, pixels=SIGNED) for op in OPS}
    half_up = replace(PIXELS, rounding="half_up")
    return {**cases, "half up": alone("align_image", offsets, pixels=half_up)}


GRIDS = {
    "faces": FINE,
    "anything": COARSE,
    "half up": replace(FINE, rounding="half_up"),
    "one place": Quantization((2.0**-24,), (0,)),
}


def test_aligned_as_the_reference_does():
    cases = [(name, _cases(grid)) for name, grid in GRIDS.items()]
    assert_exact(side_by_side({f"{n} {op}": case for n, own in cases for op, case in own.items()}))


def test_kernels_compile_without_warnings_and_are_formatted(tmp_path):
    write_c(side_by_side(_cases(FINE)), tmp_path)
    subprocess.run([CC, *STRICT, "-fsyntax-only", *sorted(tmp_path.glob("*.c"))], check=True)
    assert misplaced(tmp_path.glob("network_kernels.[ch]")) == ""
