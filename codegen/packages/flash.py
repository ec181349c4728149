"""Package kfpkg: what is written into the flash of a K210."""

from pathlib import Path

from zoo.advice import Advice
from zoo.bundle.bundle import MODEL
from zoo.bundle.kfpkg import FlashFile, pack_kfpkg
from zoo.errors import RefusedError
from zoo.plugs import Package, PackageRequest

__all__ = ["KFPKG", "FlashPackage"]


class FlashPackage(Package):
    """Package 'kfpkg': the network for the flash of a K210, where a firmware looks for it.

    The target's fact 'network_flash_address' says where.
    """

    name = "kfpkg"
    installations = (Advice("zoo flash {archive} --port /dev/ttyUSB0"),)

    def write(self, bundle: PackageRequest, file: Path) -> None:
        """Write the package; raises RefusedError without the address."""
        target, main = bundle.request.target, bundle.request.artifact_main
        address = target.facts.get("network_flash_address")
        if not isinstance(address, int):
            raise RefusedError(
                f"{target.name}: has package='{target.package}', but no fact "
                "'network_flash_address'; give it one, or the target another package"
            )
        network = FlashFile(address, main, (bundle.folder / MODEL / main).read_bytes())
        file.write_bytes(pack_kfpkg([network], file.name))


KFPKG = FlashPackage()
