"""Screenshots of a report in Chromium: light and dark, on screens and on a phone, and printed.

    python scripts/report_screenshots.py REPORT.html FOLDER

Fails if the browser's console tells a problem, if anything but the page is loaded, or if the page
is wider than the screen.
"""

import base64
import sys
from pathlib import Path

from page_screenshots import SCREENS, Screen, faults, write

from codegen.chromium import opened

LONG = Screen("long", 1000, 1400, is_dark=False)


def main(page: Path, folder: Path) -> None:
    """Write FOLDER/NAME.png for each screen, and printed.pdf."""
    folder.mkdir(parents=True, exist_ok=True)
    with opened() as tab:
        tab.open(page.resolve().as_uri(), "document.readyState === 'complete'")
        for screen in (*SCREENS, LONG):
            write(tab, screen, folder / f"{screen.name}.png")
        printed = tab.call("Page.printToPDF", printBackground=True)["data"]
        (folder / "printed.pdf").write_bytes(base64.b64decode(printed))
        print(folder / "printed.pdf")
        for fault in (*faults(tab), *tab.problems):
            sys.exit(f"{page}: {fault}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
