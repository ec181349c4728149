"""What makes a bundle a package of a Debian system: control file, service, configuration."""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from codegen.companions import Readme
from codegen.templates import render
from zoo import __version__
from zoo.bundle.debian import DebianPackage
from zoo.quoting import one_line

__all__ = ["BoardPackage", "debian_package", "package_name"]

_TEXTS = ("changelog", "copyright", "default", "manual", "service", "postrm")
_OWN_SCRIPTS = ("postinst", "prerm")
_NONE: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True)
class BoardPackage:
    """What the packages of a board have of their own.

    templates: folder below templates/bundle of postinst and prerm.
    runtime, processor: what computes, and on what, for people.
    depends, recommends: as the control file has them.  options: of the service.
    """

    templates: str
    runtime: str
    processor: str
    depends: str
    recommends: str
    options: str


def package_name(bundle: str) -> str:
    """Return a name as Debian allows it (Policy, section 5.6.1)."""
    return f"zoo-{re.sub('[^a-z0-9+.-]', '-', bundle.lower())}"


def debian_package(
    bundle: Readme, board: BoardPackage, further: Mapping[str, object] = _NONE
) -> DebianPackage:
    """Return the package. further: what the board's own templates are rendered with."""
    name = package_name(bundle.bundle)
    context = {"bundle": bundle, "board": board, "name": name, "version": __version__, **further}
    paths = {part: f"bundle/debian/{part}.j2" for part in _TEXTS}
    paths |= {part: f"bundle/{board.templates}/{part}.j2" for part in _OWN_SCRIPTS}
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


def _control(bundle: Readme, board: BoardPackage, name: str) -> dict[str, str]:
    model = one_line(bundle.model)
    description = (
        f"{model} on {board.runtime}",
        f" Finds what the model {model} looks for in pictures and in frames of a",
        f" camera, by {board.runtime} on {board.processor}.",
    )
    return {
        "Package": name,
        "Version": __version__,
        "Architecture": "arm64",
        "Maintainer": "edgezoo <noreply@edgezoo.invalid>",
        "Section": "science",
        "Priority": "optional",
        "Depends": board.depends,
        "Recommends": board.recommends,
        "Description": "\n".join(description),
    }


def _gzip(text: bytes) -> bytes:
    return gzip.compress(text, 9, mtime=0)
