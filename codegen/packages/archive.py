"""Package tar.gz: the bundle, in the format of the zoo itself."""

from pathlib import Path

from zoo.bundle.bundle import pack
from zoo.plugs import Package, PackageRequest
from zoo.target import ARCHIVE

__all__ = ["TAR_GZ", "Archive"]


class Archive(Package):
    """Package 'tar.gz': the bundle, in the zoo's own format."""

    name = ARCHIVE

    def write(self, bundle: PackageRequest, file: Path) -> None:
        """Write the bundle's folder, named like the bundle."""
        pack(bundle.folder, file, bundle.facts["bundle"])


TAR_GZ = Archive()
