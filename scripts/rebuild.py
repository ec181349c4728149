"""Recompiles the programs of bundles from the sources in them, and compares the bytes.

python scripts/rebuild.py BUNDLE...
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from zoo import registry
from zoo.bundle.bundle import unpack
from zoo.digest import digest_path


def digests(archive: Path, folder: Path) -> tuple[str, str]:
    """Return SHA-256 of the program in the bundle, and of one compiled from its sources here."""
    bundle = unpack(archive, folder / "bundle")
    program = bundle.folder / bundle.manifest.program
    app = registry.load("app", bundle.manifest.app)
    return digest_path(program), digest_path(app.build(program.parent / "src", folder / "build"))


def main() -> int:
    """Print a line for each bundle; return 1 if a program differs."""
    differ = False
    for archive in map(Path, sys.argv[1:]):
        with TemporaryDirectory(prefix="zoo-rebuild-") as folder:
            there, here = digests(archive, Path(folder))
        differ |= there != here
        print(f"{archive.name}: {there}, {'the same' if there == here else here} from its sources")
    return int(differ)


if __name__ == "__main__":
    sys.exit(main())
