"""The app of browsers: one page."""

from codegen.browser import PageBackend, PageToolchain
from codegen.page_run import PageApp

__all__ = ["BROWSER"]


BROWSER = PageApp(
    "browser",
    PageBackend(),
    PageToolchain(),
    texts={"README.md": "bundle/browser/README.md.j2"},
    takes_detectors=True,
    stand_in="JavaScript engine",
)
