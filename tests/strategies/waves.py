"""WAV files of every kind."""

from struct import pack

import numpy as np

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE


def wave(data, rate_hz=16000, channels=1, bits=16, kind=PCM, more=b"", form=b""):
    """Return a file's bytes. data: of all channels, interleaved.  more: chunks before the data."""
    frame = channels * bits // 8
    head = pack("<HHIIHH", kind, channels, rate_hz, rate_hz * frame, frame, bits) + form
    chunks = b"fmt " + pack("<I", len(head)) + head + more + b"data" + pack("<I", len(data)) + data
    return b"RIFF" + pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def pcm16(samples):
    """Return numbers of full scale 1 as 16-bit integers, rounded."""
    whole = np.clip(np.rint(np.asarray(samples) * 32768), -32768, 32767)
    return whole.astype("<i2").tobytes()
