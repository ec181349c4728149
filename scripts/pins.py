"""Writes the packages of this Python with versions and SHA-256: python scripts/pins.py

pins/PLATFORM.txt has what the zoo, Zig and the tests need, PLATFORM.EXTRA.txt what an extra adds.
`make setup PINS=pins/PLATFORM.txt` installs exactly these. PyTorch is left out: its files depend on
the index.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from platform import machine
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = ("litert", "rtx")

Pins = Mapping[str, str]


def platform() -> str:
    """Return the name of this system and Python, such as 'linux-x86_64-py3.11'."""
    return f"{sys.platform}-{machine()}-py{sys.version_info.major}.{sys.version_info.minor}"


def resolved(*extras: str) -> Pins:
    """Return lines of a requirements file by package: what pip would install into nothing."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
    asked = f"{ROOT}[{','.join(('cross', 'dev', *extras))}]"
    done = subprocess.run(
        [*command, "--report", "-", asked], check=True, stdout=subprocess.PIPE, text=True
    )
    found = [item for item in json.loads(done.stdout)["install"] if not item["is_direct"]]
    return {item["metadata"]["name"].lower(): _line(item) for item in found}


def _line(item: Mapping[str, Any]) -> str:
    digest = item["download_info"]["archive_info"]["hashes"]["sha256"]
    return f"{item['metadata']['name']}=={item['metadata']['version']} --hash=sha256:{digest}"


def write(file: Path, pins: Pins) -> None:
    """Write the lines, sorted by package."""
    file.parent.mkdir(exist_ok=True)
    lines = [line for _, line in sorted(pins.items())]
    file.write_text("\n".join(["# Written by `make pins`.", *lines]) + "\n", "utf-8")


def main() -> None:
    """Write the files of this platform."""
    base = resolved()
    write(ROOT / "pins" / f"{platform()}.txt", base)
    for extra in EXTRAS:
        more = {name: line for name, line in resolved(extra).items() if name not in base}
        write(ROOT / "pins" / f"{platform()}.{extra}.txt", more)


if __name__ == "__main__":
    main()
