"""The peak of a processor, by the form of its kernels."""

import platform
import subprocess
from pathlib import Path
from shutil import which

import pytest
from formatting import misplaced

import runtimes
from runtimes.executors.c import EXECUTOR
from runtimes.peak import measured_peak
from zoo.errors import ToolchainError
from zoo.plugs import PeakMeter

SOURCE = Path(runtimes.__file__).with_name("peak.c")
LIBRARY = ("-std=c99", "-O3", "-shared", "-fPIC")
STRICT = ("-Wall", "-Wextra", "-Werror")
is_x86 = pytest.mark.skipif(platform.machine() != "x86_64", reason="forms of x86")


@pytest.mark.toolchain
@is_x86
def test_a_form_is_chosen_as_kernels_choose_theirs(monkeypatch):
    forced = ("gcc", "-DNETWORK_PROCESSOR=ANY_X86", *LIBRARY)
    assert measured_peak(forced) is None
    monkeypatch.setenv("CC", "gcc -DNETWORK_PROCESSOR=ANY_X86")
    assert isinstance(EXECUTOR, PeakMeter)
    assert EXECUTOR.peak() is None


@pytest.mark.toolchain
@is_x86
def test_a_peak_names_its_instruction():
    flags = Path("/proc/cpuinfo").read_text("utf-8").split()
    found = measured_peak(("gcc", *LIBRARY))
    assert (found is not None) is ("avx2" in flags)
    if found is not None:
        assert found.macs_per_ns > 0
        wide = "vpdpbusd of 512 bits"
        assert (found.instruction == wide) is ("avx512_vnni" in flags and "avx512vl" in flags)


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
