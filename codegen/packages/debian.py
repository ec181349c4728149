"""Debian packages, with a service and its configuration."""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from codegen.companions import Readme, readme
from codegen.templates import render
from zoo import __version__
from zoo.advice import Advice
from zoo.bundle.debian import DebianPackage, pack_deb
from zoo.errors import RefusedError
from zoo.plugs import AppRequest, Package, PackageRequest
from zoo.quoting import one_line

__all__ = ["DEB", "Debian", "DebianSettings", "debian_package", "package_name"]

_TEXTS = ("changelog", "copyright", "default", "manual", "service", "postrm")


_OWN_SCRIPTS = ("postinst", "prerm")


@dataclass(frozen=True)
class DebianSettings:
    """An app's settings for its Debian packages.

    templates: folder of postinst.j2 and prerm.j2, below codegen/templates/bundle, or another
    distribution's as a Path.
    runtime, processor: for the description.
    depends, recommends, architecture: as in the control file, '' for none.
    options: of the service.
    further: additional context of postinst and prerm.
    """

    templates: str | Path
    runtime: str
    processor: str
    depends: str
    recommends: str
    options: str
    architecture: str = "arm64"
    further: Mapping[str, object] = field(default_factory=dict)


class Debian(Package):
    """Package 'deb'; the app's settings are DebianSettings."""

    name = "deb"
    needs_settings = True
    installations = (Advice("on the board: sudo apt install ./{package_name}"),)

    def write(self, bundle: PackageRequest, file: Path) -> None:
        """Write the package; raises RefusedError if the app has no settings for it."""
        if not isinstance(bundle.settings, DebianSettings):
            target = bundle.request.target
            raise RefusedError(
                f"{target.name}: has package='{target.package}', but app '{target.app}' has no "
                "settings for Debian packages; give the app packages={'deb': DebianSettings(...)}, "
                "or the target another package"
            )
        package = debian_package(bundle.request, bundle.facts, bundle.settings)
        file.write_bytes(pack_deb(package, bundle.folder))


def package_name(bundle: str) -> str:
    """Return a valid Debian name (Policy, section 5.6.1)."""
    return f"zoo-{re.sub('[^a-z0-9+.-]', '-', bundle.lower())}"


def debian_package(
    request: AppRequest, facts: Mapping[str, str], board: DebianSettings
) -> DebianPackage:
    """Return the Debian package data of a bundle. facts: as for `readme`."""
    bundle = readme(request, facts)
    name = package_name(bundle.bundle)
    context = {"bundle": bundle, "board": board, "name": name, "version": __version__}
    context |= board.further
    paths: dict[str, str | Path] = {part: f"bundle/debian/{part}.j2" for part in _TEXTS}
    paths |= {part: _own(board.templates, f"{part}.j2") for part in _OWN_SCRIPTS}
    texts = {part: render(path, **context) for part, path in paths.items()}
    return DebianPackage(
        control=_control(bundle, board, name),
        place=f"usr/lib/{name}",
        files={
            f"etc/default/{name}": texts["default"],
            f"usr/lib/systemd/system/{name}.service": texts["service"],
            f"usr/share/doc/{name}/changelog.gz": _gzip(texts["changelog"]),
            f"usr/share/doc/{name}/copyright": texts["copyright"],
            f"usr/share/man/man1/{name}.1.gz": _gzip(texts["manual"]),
        },
        links={f"usr/bin/{name}": f"../lib/{name}/app/app"},
        scripts={script: texts[script] for script in (*_OWN_SCRIPTS, "postrm")},
    )


def _own(templates: str | Path, name: str) -> str | Path:
    return templates / name if isinstance(templates, Path) else f"bundle/{templates}/{name}"


def _control(bundle: Readme, board: DebianSettings, name: str) -> dict[str, str]:
    model = one_line(bundle.model)
    sources = "WAV files and raw" if bundle.signal_hz else "pictures and on frames of a"
    kind = "PCM" if bundle.signal_hz else "camera"
    description = (
        f"{model} on {board.runtime}",
        f" Runs the model {model} on {sources}",
        f" {kind}, with {board.runtime} on {board.processor}.",
    )
    fields = {
        "Package": name,
        "Version": __version__,
        "Architecture": board.architecture,
        "Maintainer": "edgezoo <noreply@edgezoo.invalid>",
        "Section": "science",
        "Priority": "optional",
        "Depends": board.depends,
        "Recommends": board.recommends,
        "Description": "\n".join(description),
    }
    return {field: text for field, text in fields.items() if text}


def _gzip(text: bytes) -> bytes:
    return gzip.compress(text, 9, mtime=0)


DEB = Debian()
