"""zoo flash: write a bundle's flash package to a board."""

import hashlib
from pathlib import Path

import click

from zoo.bundle.flashing import FlashSettings, demand_port, flash, flash_files, serial_ports
from zoo.bundle.kfpkg import FlashFile
from zoo.cli.options import existing, json_option
from zoo.cli.output import print_json, print_table


@click.command()
@click.argument("bundle", type=existing("file", "a bundle or .kfpkg that `zoo build` made"))
@click.option("--port", default="", help="The board's serial port, such as /dev/ttyUSB0.")
@click.option("--baud", default=1_500_000, show_default=True, type=click.IntRange(9600, 4_500_000))
@click.option(
    "--board",
    default="",
    type=click.Choice(["", "dan", "bit", "bit_mic", "goE", "goD", "kd233", "trainer"]),
    help="kflash's name of the reset circuit; by default it tries each.",
)
@click.option(
    "--firmware",
    type=existing("file", "a .bin that was built from the bundle's sources, or MaixPy's"),
    help="Program for the boot ROM, written at address 0.",
)
@click.option("--dry-run", is_flag=True, help="Only print what would be written, and where.")
@json_option
def command(
    bundle: Path,
    port: str,
    baud: int,
    board: str,
    firmware: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write the flash package of BUNDLE, a .tar.gz with its .kfpkg beside it, to a board (k210).

    The plan comes first: addresses, bytes, digests and port. Every byte is checked before.
    """
    files = flash_files(bundle, firmware)
    there = serial_ports()
    rows = [_row(file) for file in files]
    if as_json:
        print_json({"port": port, "ports": there, "dry_run": dry_run, "files": rows})
    else:
        print_table(f"Flash at {port or 'no port'}", rows)
    if dry_run:
        return
    demand_port(port, there)
    flash(files, FlashSettings(port, baud, board))


def _row(file: FlashFile) -> dict[str, object]:
    return {
        "address": f"{file.address:#08x}",
        "file": file.name,
        "bytes": len(file.content),
        "flash_bytes": file.flash_bytes,
        "sha256": hashlib.sha256(file.content).hexdigest(),
    }
