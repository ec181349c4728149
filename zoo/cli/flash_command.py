"""zoo flash: write a bundle's flash package or firmware to a board."""

import hashlib
import shlex
from dataclasses import asdict
from pathlib import Path

import click
from click.core import ParameterSource

from zoo.bundle.flashing import FlashSettings, demand_port, flash, flash_files, serial_ports
from zoo.bundle.kfpkg import FlashFile
from zoo.bundle.openocd import BUILD_FIRST, ProbePlan, flash_by_probe, probe_plan
from zoo.cli.options import existing, json_option
from zoo.cli.output import print_json, print_table
from zoo.errors import UsageError


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
    type=existing("file", "a program that was built from the bundle's sources, or MaixPy's"),
    help="Program: a .bin for the K210's boot ROM, an .elf for boards with a debug probe.",
)
@click.option(
    "--scripts",
    type=existing("folder", "the SDK's Tools/OpenOCD/scripts"),
    help="OpenOCD's files, of the vendor's SDK.",
)
@click.option("--dry-run", is_flag=True, help="Only print what would be written, where and how.")
@json_option
@click.pass_context
def command(
    context: click.Context,
    bundle: Path,
    port: str,
    baud: int,
    board: str,
    firmware: Path | None,
    scripts: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write BUNDLE to a board.

    For a k210, that is the .kfpkg beside the .tar.gz, by kflash over a serial port. For boards with
    a debug probe (max78000), it is the program that the vendor's SDK builds from the bundle's
    sources, by OpenOCD.

    The plan comes first: addresses, bytes, digests, and port or command. Every byte is checked
    before.
    """
    plan = probe_plan(bundle, firmware, scripts)
    _refuse_others(context, ("port", "baud", "board") if plan else ("scripts",), bundle)
    if plan is not None:
        _show_probe(plan, dry_run, as_json)
        if not dry_run:
            flash_by_probe(plan)
        return
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


def _refuse_others(context: click.Context, names: tuple[str, ...], bundle: Path) -> None:
    """Raise UsageError for a given option that says nothing about the bundle's board."""
    for name in names:
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            raise UsageError(
                f"--{name} says nothing about the board of {bundle.name}; leave it out"
            )


def _show_probe(plan: ProbePlan, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json({**asdict(plan), "firmware": str(plan.firmware or ""), "dry_run": dry_run})
        return
    rows = [
        {"address": f"{segment.address:#010x}", "bytes": segment.size_bytes}
        for segment in plan.segments
    ]
    if plan.firmware is None:
        click.echo(f"Flash {plan.board}: {BUILD_FIRST}")
    else:
        print_table(f"Flash {plan.board} with {plan.firmware}", rows)
        click.echo(f"sha256 {plan.sha256}")
    click.echo(shlex.join(plan.command))


def _row(file: FlashFile) -> dict[str, object]:
    return {
        "address": f"{file.address:#08x}",
        "file": file.name,
        "bytes": len(file.content),
        "flash_bytes": file.flash_bytes,
        "sha256": hashlib.sha256(file.content).hexdigest(),
    }
