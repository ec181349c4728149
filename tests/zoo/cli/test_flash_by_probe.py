"""zoo flash through a debug probe. A script stands in for OpenOCD; no board takes part."""

import hashlib
import json
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from tiny_bundle import write_bundle

from zoo import registry
from zoo.bundle import openocd as openocd_module
from zoo.errors import (
    ArtifactError,
    BoardError,
    BundleError,
    PluginError,
    ToolchainError,
    UsageError,
)

Zoo = Callable[..., Result]

WEIGHTS = "static const int8_t weights[] = {1, 2};"
FLASH = 0x1000_0000
STAND_IN = """#!/bin/sh
for word; do echo "$word" >>"$(dirname "$0")/words"; done
echo "a message of OpenOCD"
exit {status}
"""


def program(address: int = FLASH, size_bytes: int = 64, machine: int = 40, more: str = "") -> bytes:
    """Return an ELF program with a segment in the flash and an empty one."""
    header = struct.pack(
        "<16s2H5I6H", b"\x7fELF\x01\x01\x01", 2, machine, 1, 0, 52, 0, 0, 52, 32, 2, 40, 0, 0
    )
    segment = struct.pack("<8I", 1, 116, address, address, size_bytes, size_bytes, 5, 4)
    empty = struct.pack("<8I", 1, 116, 0x2000_0000, 0x2000_0000, 0, 512, 6, 4)
    return header + segment + empty + bytes(size_bytes) + more.encode()


OWN = hashlib.sha256(WEIGHTS.encode()).hexdigest()


@pytest.fixture(autouse=True)
def no_openocd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep one that this machine may have away from the tests."""
    monkeypatch.setenv("OPENOCD", "/no/openocd")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    more = {"app/src/network/network_weights.c": WEIGHTS}
    return write_bundle(tmp_path, more=more, target="max78000")


@pytest.fixture
def firmware(tmp_path: Path) -> Path:
    path = tmp_path / "with a blank" / "firmware.elf"
    path.parent.mkdir()
    path.write_bytes(program(more=OWN))
    return path


@pytest.fixture
def openocd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return stand_in(tmp_path, monkeypatch, status=0)


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, status: int) -> Path:
    path = folder / "tools" / "openocd"
    path.parent.mkdir()
    path.write_text(STAND_IN.format(status=status))
    path.chmod(0o755)
    monkeypatch.setenv("OPENOCD", str(path))
    return path


def test_the_plan_names_the_exact_command(zoo: Zoo, bundle: Path, firmware: Path) -> None:
    found = zoo("flash", bundle, "--firmware", firmware, "--dry-run")
    assert found.exit_code == 0
    lines = found.stdout.splitlines()
    assert lines[0] == f"Flash max78000 with {firmware}"
    assert lines[2].split() == ["0x10000000", "64"]
    assert lines[3] == f"sha256 {hashlib.sha256(firmware.read_bytes()).hexdigest()}"
    assert lines[4] == (
        "openocd -f interface/cmsis-dap.cfg -f target/max78000.cfg "
        f"-c 'program {{{firmware}}} verify reset exit'"
    )


def test_the_plan_without_a_firmware_says_how_to_get_one(zoo: Zoo, bundle: Path) -> None:
    lines = zoo("flash", bundle, "--dry-run").stdout.splitlines()
    assert lines[0] == (
        "Flash max78000: unpack the bundle, build app/src/firmware as its README says, and give "
        "its build/firmware.elf"
    )
    assert "'program {app/src/firmware/build/firmware.elf} verify reset exit'" in lines[1]


def test_the_plan_as_json(zoo: Zoo, bundle: Path, firmware: Path, openocd: Path) -> None:
    words = ("--firmware", firmware, "--scripts", firmware.parent, "--dry-run", "--json")
    plan = json.loads(zoo("flash", bundle, *words).stdout)
    assert (plan["board"], plan["firmware"]) == ("max78000", str(firmware))
    assert plan["dry_run"] is True
    assert plan["segments"] == [{"address": FLASH, "size_bytes": 64}]
    assert plan["command"][:3] == [str(openocd), "-s", str(firmware.parent)]
    assert not (openocd.parent / "words").exists()


def test_openocd_gets_the_command_of_the_plan(
    zoo: Zoo, bundle: Path, firmware: Path, openocd: Path
) -> None:
    planned = json.loads(zoo("flash", bundle, "--firmware", firmware, "--dry-run", "--json").stdout)
    found = zoo("flash", bundle, "--firmware", firmware)
    assert found.exception is None
    words = (openocd.parent / "words").read_text().splitlines()
    assert words == planned["command"][1:]
    assert words[-1] == f"program {{{firmware}}} verify reset exit"


def test_openocd_fails(
    zoo: Zoo, bundle: Path, firmware: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, status=1)
    error = zoo("flash", bundle, "--firmware", firmware).exception
    assert isinstance(error, BoardError)
    assert str(error).startswith("max78000: openocd failed with status 1; its messages say why. ")


def test_openocd_cannot_run(zoo: Zoo, bundle: Path, firmware: Path, openocd: Path) -> None:
    openocd.write_text("#!/no/such/interpreter\n")
    error = zoo("flash", bundle, "--firmware", firmware).exception
    assert isinstance(error, ToolchainError)
    assert str(error).startswith(f"{openocd}: cannot run (No such file or directory); install the")


def test_without_openocd(zoo: Zoo, bundle: Path, firmware: Path) -> None:
    assert zoo("flash", bundle, "--firmware", firmware, "--dry-run").exit_code == 0
    error = zoo("flash", bundle, "--firmware", firmware).exception
    assert isinstance(error, ToolchainError)
    assert str(error) == (
        "flashing max78000 needs openocd, which is not installed; install the one of the board's "
        "SDK, or name it by the variable OPENOCD"
    )


def test_without_a_firmware_nothing_is_written(zoo: Zoo, bundle: Path, openocd: Path) -> None:
    error = zoo("flash", bundle).exception
    assert isinstance(error, UsageError)
    assert str(error).startswith("flashing max78000 needs --firmware: unpack the bundle, build app")
    assert not (openocd.parent / "words").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no program for an ARM processor"),
        (b"\x7fELF\x01\x01", "is no program for an ARM processor"),
        (program(machine=243), "is no program for an ARM processor"),
        (program(size_bytes=0), "is no program for an ARM processor"),
        (program(address=0), "64 bytes at 0x00000000 are outside of max78000's flash, 524,288"),
        (program(address=FLASH + (512 << 10) - 63), "outside of max78000's flash"),
    ],
)
def test_other_programs_are_refused(
    zoo: Zoo, bundle: Path, firmware: Path, content: bytes, message: str
) -> None:
    firmware.write_bytes(content)
    error = zoo("flash", bundle, "--firmware", firmware, "--dry-run").exception
    assert isinstance(error, ArtifactError)
    assert str(error).startswith(f"{firmware}: ")
    assert message in str(error)


def test_a_board_that_does_not_say_where_its_flash_is(
    zoo: Zoo, bundle: Path, firmware: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = registry.load("target", "max78000")
    facts = {name: value for name, value in target.facts.items() if name != "flash_begin"}
    monkeypatch.setattr(openocd_module.registry, "load", lambda *_: replace(target, facts=facts))
    error = zoo("flash", bundle, "--firmware", firmware, "--dry-run").exception
    assert isinstance(error, PluginError)
    assert "its fact 'flash_begin' is None, flashing by OpenOCD needs an integer" in str(error)


def test_a_firmware_of_another_bundle(zoo: Zoo, bundle: Path, firmware: Path) -> None:
    firmware.write_bytes(program(more="ab" * 32))
    error = zoo("flash", bundle, "--firmware", firmware, "--dry-run").exception
    assert isinstance(error, BundleError)
    assert "is not built from the sources in toy.board.ptq.tar.gz" in str(error)


def test_a_path_that_openocd_cannot_read(zoo: Zoo, bundle: Path, tmp_path: Path) -> None:
    path = tmp_path / "{x}.elf"
    path.write_bytes(program(more=OWN))
    error = zoo("flash", bundle, "--firmware", path, "--dry-run").exception
    assert isinstance(error, UsageError)
    assert "braces or backslashes; rename it" in str(error)


@pytest.mark.parametrize("words", [("--port", "x"), ("--baud", "115200"), ("--board", "dan")])
def test_options_of_another_board(zoo: Zoo, bundle: Path, words: tuple[str, str]) -> None:
    error = zoo("flash", bundle, *words, "--dry-run").exception
    assert isinstance(error, UsageError)
    assert str(error).startswith(f"{words[0]} says nothing about the board of toy.board.ptq.tar.gz")


def test_scripts_of_openocd_are_for_boards_with_a_probe(zoo: Zoo, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path)
    error = zoo("flash", bundle, "--scripts", tmp_path, "--dry-run").exception
    assert isinstance(error, UsageError)
    assert str(error).startswith("--scripts says nothing about the board of")
