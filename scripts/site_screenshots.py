"""Screenshots of pages of the documents' site: light and dark, on a screen and on a phone.

    make docs && python scripts/site_screenshots.py site shots index kv260 first-face

Fails if the browser's console tells a problem, if anything but the site is loaded, or if a page is
wider than the screen.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from page_screenshots import SCREENS, faults, show_on, write

from codegen.chromium import opened

LOADED = "document.readyState === 'complete'"


def main(site: Path, folder: Path, pages: Iterable[str]) -> None:
    """Write FOLDER/PAGE_SCREEN.png for each page and screen."""
    folder.mkdir(parents=True, exist_ok=True)
    with opened() as tab:
        for page in pages:
            for screen in SCREENS:
                show_on(tab, screen)
                tab.open((site / f"{page}.html").resolve().as_uri(), LOADED)
                write(tab, screen, folder / f"{page.replace('/', '_')}_{screen.name}.png")
        for fault in (*faults(tab), *tab.problems):
            sys.exit(f"{site}: {fault}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
