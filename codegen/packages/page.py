"""Package html: one page for browsers."""

from pathlib import Path

from codegen.browser import PAGE
from zoo.advice import Advice
from zoo.bundle.bundle import APP
from zoo.errors import RefusedError
from zoo.plugs import Package, PackageRequest

__all__ = ["HTML", "PageFile"]


class PageFile(Package):
    """Package 'html': a bundle's page, which is complete."""

    name = "html"
    trials = (Advice("open {package} in a browser"),)
    installations = (
        Advice("give {package} away, or put it on any web server; it is all there is"),
    )

    def write(self, bundle: PackageRequest, file: Path) -> None:
        """Write the page; raises RefusedError for an app that is none."""
        page = bundle.folder / APP / PAGE
        if not page.is_file():
            target = bundle.request.target
            raise RefusedError(
                f"{target.name}: has package='{target.package}', but app '{target.app}' is no "
                "page; give the target another package"
            )
        file.write_bytes(page.read_bytes())


HTML = PageFile()
