"""The live view, on a screen without a monitor."""

import json

import numpy as np
import pytest
from processes import run_beside, until
from screen import Screen, screen
from spot_app import save, spot

pytestmark = pytest.mark.toolchain
BOX_COLOR = (255, 200, 0)
TITLE = "spot_tiny.drawn"


@pytest.fixture(scope="module")
def desktop(tmp_path_factory):
    with screen(tmp_path_factory.mktemp("screen")) as running:
        yield running


@pytest.fixture
def photo(tmp_path):
    return save(tmp_path / "photo.png", spot(200, 150, height=300, width=400))


def start(app, desktop: Screen, *words):
    """Start the app with a window. SDL2 and the X libraries leave memory behind."""
    given = ["--model", app.model, "--onnxruntime", app.runtime_library, "--window", *words]
    environment = {"DISPLAY": desktop.display, "ASAN_OPTIONS": "detect_leaks=0"}
    return run_beside([app.program, *given], env=environment, text=True)


def finish(running):
    """Return status and photos of a run that ends."""
    out, _ = running.communicate()
    return running.returncode, [json.loads(line) for line in out.splitlines()]


def is_whole(pixels):
    """Return whether a screen shows the overlay; it may be read while it is drawn."""
    rows, columns = np.nonzero((pixels == BOX_COLOR).all(axis=-1))
    # The box in its own size: the window is as large as the photo.
    if rows.size == 0 or (np.ptp(columns) + 1, np.ptp(rows) + 1) != (150, 140):
        return False
    corner = pixels[rows.min() - 80 :, columns.min() - 120 :][:30, :100]
    return (corner == 255).all(axis=-1).sum() > 50  # frames per second, in white letters


def test_a_window_shows_the_overlay_until_escape(app, desktop, photo):
    with start(app, desktop, "--source", photo, "--box", "120,80,150,140") as running:
        window = desktop.window(TITLE)
        until(lambda: is_whole(desktop.pixels()))
        assert running.poll() is None  # the last picture stays
        desktop.press_escape(window)
        status, lines = finish(running)
    assert (status, len(lines)) == (0, 1)


def test_closing_the_window_ends_a_film(app, desktop, tmp_path):
    frames = tmp_path / "frames.rgb"
    frames.write_bytes(spot(60, 60).tobytes() * 2000)
    source = f"raw:160x120:{frames}"
    with start(app, desktop, "--source", source, "--box", "40,40,40,40", "--json") as running:
        desktop.close(desktop.window(TITLE))
        status, lines = finish(running)
    assert status == 0
    assert lines[-1]["summary"]["frames"] == len(lines) - 1


def test_without_a_screen(app, desktop, photo):  # noqa: ARG001 (skips without SDL2)
    words = ("--source", photo, "--window")
    finished = app.run(*words, environment={"ASAN_OPTIONS": "detect_leaks=0"})
    assert finished.status == 1
    (line,) = finished.error.splitlines()  # nothing of SDL2's libraries beside it
    assert line.startswith("error: --window: SDL2 cannot find a screen (neither DISPLAY nor ")
    assert "or use --overlay DIRECTORY instead" in finished.error


def test_without_the_library(app, photo, tmp_path):
    environment = {"ZOO_SDL2": str(tmp_path / "none.so")}
    finished = app.run("--source", photo, "--window", environment=environment)
    assert finished.status == 1
    assert "SDL2 cannot be loaded:" in finished.error
    assert "Give the library with ZOO_SDL2=FILE, or put it into" in finished.error
    assert "apt install libsdl2-2.0-0, or use --overlay DIRECTORY instead" in finished.error
