"""Screenshots of a bundle's page in Chromium: light and dark, on a screen and on a phone.

    python scripts/page_screenshots.py PAGE.html FOLDER

Fails if the browser's console tells a problem, if anything but the page is loaded, or if the page
is wider than the screen.
"""

import base64
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from codegen.chromium import Tab
from codegen.page_run import page_in_chromium


@dataclass(frozen=True)
class Screen:
    """A screen in CSS pixels."""

    name: str
    width: int
    height: int
    is_dark: bool


SCREENS = (
    Screen("light", 1100, 900, is_dark=False),
    Screen("dark", 1100, 900, is_dark=True),
    Screen("phone_light", 360, 1400, is_dark=False),
    Screen("phone_dark", 360, 1400, is_dark=True),
)
LOCAL = ("file:", "blob:", "data:")


def main(page: Path, folder: Path) -> None:
    """Write FOLDER/NAME.png for each screen, and camera.png."""
    folder.mkdir(parents=True, exist_ok=True)
    with page_in_chromium(page.resolve().as_uri()) as tab:
        for screen in SCREENS:
            write(tab, screen, folder / f"{screen.name}.png")
        tab.evaluate("document.getElementById('camera').click()")
        tab.wait("document.getElementById('camera').ariaPressed === 'true'")
        tab.wait("page.picture.width === 640")
        write(tab, SCREENS[1], folder / "camera.png")
        tab.evaluate("page.stopCamera()")
        for fault in faults(tab):
            sys.exit(f"{page}: {fault}")


def show_on(tab: Tab, screen: Screen) -> None:
    """Give the tab the size and colours of a screen."""
    tab.call(
        "Emulation.setDeviceMetricsOverride",
        width=screen.width,
        height=screen.height,
        deviceScaleFactor=1,
        mobile=screen.width < 600,
    )
    scheme = {"name": "prefers-color-scheme", "value": "dark" if screen.is_dark else "light"}
    tab.call("Emulation.setEmulatedMedia", features=[scheme])


def write(tab: Tab, screen: Screen, file: Path) -> None:
    """Write a screenshot; ends the program if the page is wider than the screen."""
    show_on(tab, screen)
    width = tab.evaluate("document.documentElement.scrollWidth")
    if width > screen.width:
        sys.exit(f"{screen.name}: the page has {width} pixels on a screen of {screen.width}")
    file.write_bytes(base64.b64decode(tab.call("Page.captureScreenshot")["data"]))
    print(file)


def faults(tab: Tab) -> Iterator[str]:
    """Yield what the page loaded besides itself."""
    for address in tab.requests:
        if not address.startswith(LOCAL):
            yield f"it loads {address}"


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
