"""A screen without a monitor, what it shows, and a person who presses Esc or closes windows."""

import ctypes
import ctypes.util
import os
import shutil
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

_WIDTH, _HEIGHT = 800, 600
_PATIENCE_S = 60
_CLIENT_MESSAGE = 33


class ClientMessage(ctypes.Structure):
    """XClientMessageEvent, in the memory of an XEvent."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("rest", ctypes.c_long * 24),
    )


@dataclass(frozen=True)
class Screen:
    """A running Xvfb. display: such as ':97'.  folder: of its picture."""

    display: str
    folder: Path

    def pixels(self) -> NDArray[np.uint8]:
        """Return [H, W, 3] what the screen shows, from the XWD file that Xvfb keeps."""
        data = (self.folder / "Xvfb_screen0").read_bytes()
        header = struct.unpack(">20I", data[:80])
        begin = header[0] + 12 * header[19]
        height, row_bytes = header[5], header[12]
        rows = np.frombuffer(data, np.uint8, height * row_bytes, begin).reshape(height, -1, 4)
        return rows[:, : header[4], 2::-1]

    def window(self, title: str) -> int:
        """Return the id of a window as soon as it is there."""

        def find() -> str:
            return self._xdotool("search", "--onlyvisible", "--name", title)

        return int(until(find).split()[0])

    def press_escape(self, window: int) -> None:
        self._xdotool("windowfocus", "--sync", str(window), "key", "Escape")

    def close(self, window: int) -> None:
        """Ask a window to close, as a window manager does."""
        x11 = ctypes.CDLL(ctypes.util.find_library("X11"))
        x11.XOpenDisplay.restype = ctypes.c_void_p
        x11.XInternAtom.restype = ctypes.c_ulong
        display = ctypes.c_void_p(x11.XOpenDisplay(self.display.encode()))
        protocols, close = (
            x11.XInternAtom(display, name, False) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW")
        )
        message = ClientMessage(_CLIENT_MESSAGE, 0, 1, display, window, protocols, 32)
        message.data[0] = close
        x11.XSendEvent(display, ctypes.c_ulong(window), False, 0, ctypes.byref(message))
        x11.XCloseDisplay(display)

    def _xdotool(self, *words: str) -> str:
        environment = {**os.environ, "DISPLAY": self.display}
        command = ["xdotool", *words]
        found = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        return found.stdout


def until(happens: Callable[[], str]) -> str:
    """Return what a function returns as soon as it is not empty; fail when patience ends."""
    end_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end_s:
        found = happens()
        if found:
            return found
        time.sleep(0.05)
    pytest.fail(f"nothing happened within {_PATIENCE_S} s")


@contextmanager
def screen(folder: Path) -> Iterator[Screen]:
    """Yield a screen; skips the test where Xvfb, xdotool or SDL2 is missing."""
    missing = [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]
    if ctypes.util.find_library("SDL2-2.0") is None:
        missing.append("libSDL2-2.0.so.0")
    if missing:
        pytest.skip(f"no {', '.join(missing)}: apt install xvfb xdotool libsdl2-2.0-0")
    read, write = os.pipe()
    size = f"{_WIDTH}x{_HEIGHT}x24"
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-fbdir", str(folder)]
    # Without -noreset, the server drops a window that connects just as the last client leaves.
    command += ["-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        try:
            with os.fdopen(read) as told:
                yield Screen(f":{told.readline().strip()}", folder)
        finally:
            server.terminate()
