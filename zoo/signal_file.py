"""Reads WAV files. The C++ form is codegen/templates/cpp/core/signal_file.cpp.

Format: Microsoft and IBM 1991, "Multimedia Programming Interface and Data Specifications 1.0", RIFF
and WAVE; WAVE_FORMAT_EXTENSIBLE after Microsoft's "Multiple channel audio data and WAVE files".
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from struct import pack, unpack_from
from typing import TYPE_CHECKING

from zoo.contract import SignalSpec
from zoo.file_content import naming
from zoo.picture import Picture
from zoo.step import Signal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["SIGNAL_SUFFIX", "Recording", "read_signal", "written_wave"]

SIGNAL_SUFFIX = ".wav"
_SIGNAL = ("signal", "save it again as a PCM WAV file")
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_BITS = {_PCM: (8, 16, 24, 32), _FLOAT: (32, 64)}
_FORMAT_BYTES, _EXTENSIBLE_BYTES = 16, 40
_SAMPLES_MAX = 1 << 28


@dataclass(frozen=True)
class Recording(Picture):
    """A WAV file as a sample of data. spec: what the contract takes."""

    spec: SignalSpec = field(kw_only=True)

    def read(self) -> Signal:
        """Return the signal; raises DataError naming the file."""
        return read_signal(self.path, self.spec)

    def check_header(self) -> None:
        """Raise DataError naming the file if the contract does not take it."""
        with naming(self.path, *_SIGNAL):
            _checked(self.path, self.spec)


@dataclass(frozen=True)
class _Wave:
    """What a file holds. kind: _PCM or _FLOAT.  data: of all channels, interleaved."""

    kind: int
    channels: int
    rate_hz: int
    bits: int
    data: bytes


def read_signal(path: Path, spec: SignalSpec) -> Signal:
    """Return one channel of a file as numbers of full scale 1; raises DataError naming the file.

    8 bits are unsigned around 128, more are signed; n bits are divided by 2**(n - 1).
    """
    import numpy as np

    with naming(path, *_SIGNAL):
        wave = _checked(path, spec)
        values = _numbers(wave).reshape(-1, wave.channels)
        if not np.isfinite(values).all():
            raise ValueError("it holds a number that is infinite or nan")
    mixed = values[:, 0]
    if spec.channel == "mean":
        mixed = np.add.accumulate(values, axis=1)[:, -1] / wave.channels
    return Signal(np.ascontiguousarray(mixed), spec.rate_hz)


def written_wave(samples: "NDArray[np.float64]", rate_hz: int) -> bytes:
    """Return a WAV file of one channel and 16 bits. samples: [N], at most full scale."""
    import numpy as np

    whole = np.clip(np.rint(samples * (1 << 15)), -(1 << 15), (1 << 15) - 1)
    data = whole.astype("<i2").tobytes()
    form = pack("<4sIHHIIHH", b"fmt ", _FORMAT_BYTES, _PCM, 1, rate_hz, 2 * rate_hz, 2, 16)
    chunks = form + pack("<4sI", b"data", len(data)) + data
    return pack("<4sI4s", b"RIFF", 4 + len(chunks), b"WAVE") + chunks


def _checked(path: Path, spec: SignalSpec) -> _Wave:
    """Return the file's wave; raises ValueError if the contract does not take it."""
    wave = _parse(path.read_bytes())
    if wave.rate_hz != spec.rate_hz:
        raise ValueError(
            f"it has {wave.rate_hz} samples per second, the contract takes {spec.rate_hz}: "
            "resample it"
        )
    if spec.channel == "only" and wave.channels != 1:
        raise ValueError(
            f"it has {wave.channels} channels, the contract takes one; the contract can state "
            "channel = 'first' or 'mean'"
        )
    return wave


def _parse(content: bytes) -> _Wave:
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise ValueError("it is not a WAV file")
    chunks = dict(_chunks(content))
    if b"fmt " not in chunks or b"data" not in chunks:
        raise ValueError("it lacks the chunk 'fmt ' or 'data'")
    form, data = chunks[b"fmt "], chunks[b"data"]
    if len(form) < _FORMAT_BYTES:
        raise ValueError("its chunk 'fmt ' is too short")
    kind, channels, rate_hz, _, frame_bytes, bits = unpack_from("<HHIIHH", form)
    if kind == _EXTENSIBLE and len(form) >= _EXTENSIBLE_BYTES:
        (kind,) = unpack_from("<H", form, 24)
    if bits not in _BITS.get(kind, ()):
        raise ValueError(
            f"its format is {kind} with {bits} bits; PCM (1) of 8, 16, 24 or 32 bits and float "
            "(3) of 32 or 64 bits are read"
        )
    if channels == 0 or frame_bytes != channels * bits // 8:
        raise ValueError(f"it has {channels} channels in {frame_bytes} bytes, which do not fit")
    count = len(data) // frame_bytes
    if not 0 < count <= _SAMPLES_MAX:
        raise ValueError(f"it has {count} samples; 1 to {_SAMPLES_MAX} are read")
    return _Wave(kind, channels, rate_hz, bits, data[: count * frame_bytes])


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and content of each chunk, up to the samples."""
    place = 12
    while place + 8 <= len(content):
        name, size = unpack_from("<4sI", content, place)
        if place + 8 + size > len(content):
            raise ValueError("it is truncated")
        yield name, content[place + 8 : place + 8 + size]
        if name == b"data":
            return
        place += 8 + size + size % 2


def _numbers(wave: _Wave) -> "NDArray[np.float64]":
    import numpy as np

    if wave.kind == _FLOAT:
        return np.frombuffer(wave.data, f"<f{wave.bits // 8}").astype(np.float64)
    if wave.bits == 8:
        return (np.frombuffer(wave.data, np.uint8).astype(np.float64) - 128) / 128
    width = wave.bits // 8
    rows = np.zeros((len(wave.data) // width, 4), np.uint8)
    rows[:, 4 - width :] = np.frombuffer(wave.data, np.uint8).reshape(-1, width)
    return rows.view("<i4")[:, 0].astype(np.float64) / (1 << 31)
