"""WAV files as numbers of full scale 1, in Python and C++."""

import ctypes
import shutil
import subprocess
from pathlib import Path
from struct import pack

import numpy as np
import pytest
from host_compilers import CXX
from hypothesis import given
from hypothesis import strategies as st
from made_once import made_once
from waves import EXTENSIBLE, FLOAT, PCM, pcm16, wave

import codegen.templates
import zoo
from zoo.contract import SignalSpec
from zoo.errors import DataError
from zoo.signal_file import Recording, read_signal

CPP = Path(codegen.templates.__file__).parent / "templates" / "cpp"
ONLY, FIRST, MEAN = (SignalSpec(16000, channel) for channel in ("only", "first", "mean"))
WHOLE = np.array([-(2**31), -1, 0, 1, 2**31 - 1], np.int64)


def encoded(bits):
    """Return WHOLE / 2**(32 - bits), rounded down, as a file stores it."""
    values = WHOLE >> (32 - bits)
    if bits == 8:
        return (values + 128).astype(np.uint8).tobytes()
    return b"".join(int(value).to_bytes(bits // 8, "little", signed=True) for value in values)


@pytest.fixture
def read(tmp_path):
    def read(content, spec=ONLY):
        (tmp_path / "a.wav").write_bytes(content)
        return read_signal(tmp_path / "a.wav", spec).samples

    return read


@pytest.mark.parametrize("bits", [8, 16, 24, 32])
def test_integers(read, bits):
    expected = (WHOLE >> (32 - bits)) / 2.0 ** (bits - 1)
    np.testing.assert_array_equal(read(wave(encoded(bits), bits=bits)), expected)


@pytest.mark.parametrize("bits", [32, 64])
def test_reals(read, bits):
    values = np.array([-1.5, 0, 0.1], f"<f{bits // 8}")
    found = read(wave(values.tobytes(), bits=bits, kind=FLOAT))
    np.testing.assert_array_equal(found, values.astype(np.float64))


def test_the_extensible_form_and_other_chunks(read):
    more = b"LIST" + pack("<I", 3) + b"odd\x00"
    form = pack("<HHI", 22, 16, 4) + pack("<H", PCM) + bytes(14)
    found = read(wave(pcm16([0.5]), kind=EXTENSIBLE, more=more, form=form))
    np.testing.assert_array_equal(found, [0.5])


def test_channels(read, tmp_path):
    content = wave(pcm16([0.5, 0.25, -0.5, 1 / 64]), channels=2)
    np.testing.assert_array_equal(read(content, FIRST), [0.5, -0.5])
    np.testing.assert_array_equal(read(content, MEAN), [0.375, -0.2421875])
    assert Recording(tmp_path / "a.wav", spec=FIRST).read().rate_hz == 16000


REFUSED = {
    "rate": (
        wave(pcm16([0]), rate_hz=44100),
        "has 44100 samples per second, the contract takes 160",
    ),
    "channels": (
        wave(pcm16([0, 0]), channels=2),
        "has 2 channels, the contract takes one; the con",
    ),
    "no file": (b"RIFX" + bytes(60), "it is not a WAV file"),
    "empty": (b"", "it is not a WAV file"),
    "no samples": (wave(b""), "has 0 samples; 1 to 268435456 are read"),
    "truncated": (wave(pcm16([0.5] * 9))[:-2], "it is truncated"),
    "no data": (wave(pcm16([0]))[:36], "it lacks the chunk 'fmt ' or 'data'"),
    "adpcm": (wave(bytes(8), bits=4, kind=2), "its format is 2 with 4 bits; PCM"),
    "12 bits": (wave(bytes(8), bits=12), "its format is 1 with 12 bits"),
    "no channels": (wave(bytes(8), channels=0), "has 0 channels in 0 bytes"),
    "nan": (wave(np.float32([np.nan]).tobytes(), bits=32, kind=FLOAT), "infinite or nan"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(read, tmp_path, case):
    content, message = REFUSED[case]
    with pytest.raises(
        DataError, match=r"a.wav: cannot be read as a signal \(.*save it again"
    ) as told:
        read(content)
    assert message in str(told.value)
    if case != "nan":
        assert Recording(tmp_path / "a.wav", spec=ONLY).why_unreadable() == str(told.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match=r"none.wav: cannot be read \(No such file"):
        read_signal(tmp_path / "none.wav", ONLY)


DRIVER = """
#include <algorithm>
#include <cstdio>
#include "core/signal_file.hpp"
extern "C" long read(const char* bytes, unsigned long size, const char* channel, double* out,
                     char* message) {
  try {
    const zoo::Signal signal = zoo::parse_wave(std::string(bytes, size), {16000, channel});
    std::copy(signal.samples.begin(), signal.samples.end(), out);
    return static_cast<long>(signal.samples.size());
  } catch (const zoo::Error& error) {
    std::snprintf(message, 400, "%s", error.what());
    return -1;
  }
}
"""


@pytest.fixture(scope="session")
def read_in_cpp(tmp_path_factory):
    if shutil.which(CXX) is None:
        pytest.skip(f"no {CXX}: apt install g++")

    def make(folder):
        (folder / "driver.cpp").write_text(DRIVER)
        flags = ["-std=c++17", "-O1", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-shared"]
        checked = ["-fPIC", "-fsanitize=undefined,bounds", "-fno-sanitize-recover=all"]
        parts = ("signal_file", "files", "input_file", "stop")
        sources = [folder / "driver.cpp", *(CPP / f"core/{name}.cpp" for name in parts)]
        (folder / "steps").symlink_to(Path(zoo.__file__).parent / "steps")
        include = [f"-I{CPP}", f"-I{folder}", "-o", folder / "read.so"]
        subprocess.run([CXX, *flags, *checked, *sources, *include], check=True)

    library = ctypes.CDLL(str(made_once(tmp_path_factory, "signals", make) / "read.so"))
    library.read.restype = ctypes.c_long

    def read(content, channel):
        out, message = np.zeros(len(content) + 1), ctypes.create_string_buffer(400)
        size, data = ctypes.c_ulong(len(content)), out.ctypes.data_as(ctypes.c_void_p)
        count = library.read(content, size, channel.encode(), data, message)
        return out[:count] if count >= 0 else message.value.decode()

    return read


@st.composite
def files(draw):
    kind, bits = draw(
        st.sampled_from([(1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64), (2, 4)])
    )
    channels = draw(st.integers(1, 3))
    content = wave(
        draw(st.binary(max_size=60)),
        rate_hz=draw(st.sampled_from([16000, 16000, 8000])),
        channels=channels,
        bits=bits,
        kind=kind,
        more=draw(st.sampled_from([b"", b"LIST" + pack("<I", 3) + b"odd\x00"])),
    )
    cut = draw(st.integers(0, len(content)))
    return content[:cut] if draw(st.booleans()) else content


@pytest.mark.toolchain
@given(content=files(), channel=st.sampled_from(["only", "first", "mean"]))
def test_cpp_reads_and_refuses_the_same(read_in_cpp, tmp_path_factory, content, channel):
    path = tmp_path_factory.getbasetemp() / "same.wav"
    path.write_bytes(content)
    found = read_in_cpp(content, channel)
    assert_same(path, SignalSpec(16000, channel), found)


def assert_same(path, spec, found):
    if isinstance(found, str):
        with pytest.raises(DataError) as told:
            read_signal(path, spec)
        assert str(told.value) == (
            f"{path}: cannot be read as a signal ({found}); save it again as a PCM WAV file"
        )
    else:
        np.testing.assert_array_equal(found, read_signal(path, spec).samples)
