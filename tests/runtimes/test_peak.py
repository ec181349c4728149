"""The peak of a processor, by the form of its kernels."""

import platform
import subprocess
from pathlib import Path
from shutil import which

import pytest
from formatting import misplaced
from x86_forms import flags, missing_for

import runtimes
from runtimes.executors.c import EXECUTOR
from runtimes.peak import measured_peak
from zoo.errors import ToolchainError
from zoo.plugs import PeakMeter

SOURCE = Path(runtimes.__file__).with_name("peak.c")
LIBRARY = ("-std=c99", "-O3", "-shared", "-fPIC")
STRICT = ("-Wall", "-Wextra", "-Werror")
is_x86 = pytest.mark.skipif(platform.machine() != "x86_64", reason="forms of x86")


INSTRUCTIONS = {
    "WITH_AVX2": "vpmaddwd of 256 bits",
    "WITH_AVX_VNNI": "vpdpbusd of 256 bits",
    "WITH_AVX512": "vpdpbusd of 512 bits",
}


@pytest.mark.toolchain
@is_x86
@pytest.mark.parametrize("form", INSTRUCTIONS)
def test_each_form_of_kernels_has_a_peak(form):
    if missing_for(form):
        pytest.skip(f"this processor has no {', '.join(missing_for(form))}")
    found = measured_peak(("gcc", *flags(form), *LIBRARY))
    assert found is not None
    assert found.instruction == INSTRUCTIONS[form]
    assert found.macs_per_ns > 0


@pytest.mark.toolchain
@is_x86
def test_without_vectors_none_is_known(monkeypatch):
    monkeypatch.setenv("CC", "gcc -DNETWORK_PROCESSOR=ANY_X86")
    assert isinstance(EXECUTOR, PeakMeter)
    assert EXECUTOR.peak() is None


@pytest.mark.toolchain
@is_x86
def test_the_form_is_this_processors():
    found = measured_peak(("gcc", *LIBRARY))
    assert (found is None) is bool(missing_for("WITH_AVX2"))
    if found is not None:
        is_wide = found.instruction == INSTRUCTIONS["WITH_AVX512"]
        assert is_wide is not bool(missing_for("WITH_AVX512"))


@pytest.mark.toolchain
@pytest.mark.parametrize("compiler", ["gcc", "clang", "aarch64-linux-gnu-gcc"])
def test_it_compiles_without_warnings_for_each_processor(compiler, tmp_path):
    if which(compiler) is None:
        pytest.skip(f"no {compiler}")
    library = str(tmp_path / "peak.so")
    words = (compiler, *LIBRARY, *STRICT, "-o", library, str(SOURCE))
    subprocess.run(words, check=True)


def test_a_failing_compiler_is_told():
    with pytest.raises(ToolchainError, match="false: failed on"):
        measured_peak(("false",))


def test_it_is_laid_out_as_all_c_is():
    assert misplaced([SOURCE]) == ""
