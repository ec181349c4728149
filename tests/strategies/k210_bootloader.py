"""A scripted K210 at a pseudo terminal: answers the boot ROM's and the flash loader's protocol.

Packets are SLIP frames: u16 operation, u16 reserved, u32 CRC-32, u32 address, u32 length, data.
An answer is the operation and a status, 0xE0 for success.
"""

import os
import struct
import threading
import tty
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

END, ESCAPE = 0xC0, 0xDB
OK, BAD_CHECKSUM = 0xE0, 0xE2
GREET, WRITE_MEMORY, BOOT = 0xC2, 0xC3, 0xC5
GREET_LOADER, WRITE_FLASH, REBOOT, INIT_FLASH = 0xD2, 0xD4, 0xD5, 0xD7

NO_MODEM_LINES = '''
"""A pseudo terminal has no modem lines, which reset a board."""
try:
    import serial
except ImportError:
    pass
else:
    serial.Serial._update_dtr_state = serial.Serial._update_rts_state = lambda self: None
'''
"""A sitecustomize.py for kflash."""


class Board:
    """Memory and flash by address, and the operations in the order that they came."""

    def __init__(self) -> None:
        self._own, there = os.openpty()
        tty.setraw(there)
        self.port = Path(os.ttyname(there))
        self._there = there
        self.memory: dict[int, bytes] = {}
        self.flash: dict[int, bytes] = {}
        self.operations: list[int] = []
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def close(self) -> None:
        os.close(self._there)
        os.close(self._own)

    @property
    def flashed(self) -> bytes:
        """Everything written to the flash, zeros between."""
        content = bytearray(max(at + len(data) for at, data in self.flash.items()))
        for at, data in self.flash.items():
            content[at : at + len(data)] = data
        return bytes(content)

    def _answer(self) -> None:
        with suppress(OSError):  # closed
            for packet in self._packets():
                operation = packet[0]
                self.operations.append(operation)
                if operation != BOOT:
                    status = self._status(operation, packet[4:])
                    os.write(self._own, bytes([END, operation, status, END]))

    def _status(self, operation: int, body: bytes) -> int:
        if operation not in (WRITE_MEMORY, WRITE_FLASH):
            return OK
        checksum, address, length = struct.unpack_from("<III", body)
        if checksum != zlib.crc32(body[4:]) or len(body) != 12 + length:
            return BAD_CHECKSUM
        written = self.memory if operation == WRITE_MEMORY else self.flash
        written[address] = body[12:]
        return OK

    def _packets(self) -> Iterator[bytes]:
        buffer = b""
        while True:
            buffer += os.read(self._own, 65536)
            while (end := buffer.find(END, 1)) > 0:
                frame, buffer = buffer[1:end], buffer[end + 1 :]
                yield frame.replace(b"\xdb\xdc", b"\xc0").replace(b"\xdb\xdd", b"\xdb")
