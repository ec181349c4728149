"""A form of packages: the image that the toy chip's boot loader takes."""

import struct
from pathlib import Path

from zoo.advice import Advice
from zoo.errors import RefusedError
from zoo.plugs import Package, PackageRequest

__all__ = ["PACKAGE"]


class ToyFirmware(Package):
    """Package 'toyfw': a header, and the program. An app's settings are the address it is for."""

    name = "toyfw"
    trials = (Advice("toysim {package}"),)
    installations = (Advice("toyload --image {package}"),)

    def write(self, bundle: PackageRequest, file: Path) -> None:
        """Write the image; raises RefusedError for an app without an address."""
        if not isinstance(bundle.settings, int):
            raise RefusedError(
                f"{bundle.request.target.name}: app '{bundle.request.target.app}' has no address "
                "for firmware: give it packages={'toyfw': ADDRESS}"
            )
        program = (bundle.folder / "app" / "app").read_bytes()
        header = struct.pack("<4sII", b"TOYF", bundle.settings, len(program))
        file.write_bytes(header + program)


PACKAGE = ToyFirmware()
