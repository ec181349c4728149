"""What makes a bundle a package of Raspberry Pi OS: control file, service, configuration."""

import gzip
import re

from codegen.companions import Readme
from codegen.templates import render
from codegen.wheels import Wheel
from zoo import __version__
from zoo.debian import DebianPackage

__all__ = ["debian_package", "package_name"]

_SCRIPTS = ("postinst", "prerm", "postrm")


def package_name(bundle: str) -> str:
    """Return a name as Debian allows it (Policy, section 5.6.1)."""
    return f"zoo-{re.sub('[^a-z0-9+.-]', '-', bundle.lower())}"


def debian_package(bundle: Readme, wheel: Wheel) -> DebianPackage:
    """Return the package. It holds no runtime: its runtime.sh fetches that."""
    name = package_name(bundle.bundle)
    place = f"usr/lib/{name}"
    context = {"bundle": bundle, "wheel": wheel, "name": name, "version": __version__}
    texts = {
        part: render(f"bundle/rpi4/debian/{part}.j2", **context)
        for part in ("changelog", "copyright", "default", "manual", "service", *_SCRIPTS)
    }
    return DebianPackage(
        control=_control(bundle, wheel, name),
        place=place,
        files={
            f"etc/default/{name}": texts["default"],
            f"usr/lib/systemd/system/{name}.service": texts["service"],
            f"usr/share/doc/{name}/changelog.gz": _gzip(texts["changelog"]),
            f"usr/share/doc/{name}/copyright": texts["copyright"],
            f"usr/share/man/man1/{name}.1.gz": _gzip(texts["manual"]),
        },
        links={f"usr/bin/{name}": f"../lib/{name}/app/app"},
        scripts={script: texts[script] for script in _SCRIPTS},
    )


def _control(bundle: Readme, wheel: Wheel, name: str) -> dict[str, str]:
    """Return the fields. The C++ library is the runtime's wish, not the program's."""
    description = (
        f"{bundle.model} on {wheel.title}",
        f" Finds what the model {bundle.model} looks for in pictures and in frames of a",
        f" camera, by {wheel.title} on the processor.",
    )
    return {
        "Package": name,
        "Version": __version__,
        "Architecture": "arm64",
        "Maintainer": "edgezoo <noreply@edgezoo.invalid>",
        "Section": "science",
        "Priority": "optional",
        "Depends": "libc6 (>= 2.34), libgcc-s1, libstdc++6 (>= 12), python3",
        "Recommends": "ca-certificates, curl | wget",
        "Description": "\n".join(description),
    }


def _gzip(text: bytes) -> bytes:
    return gzip.compress(text, 9, mtime=0)
