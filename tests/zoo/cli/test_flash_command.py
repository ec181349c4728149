"""zoo flash: the plan, refusals, and kflash against a scripted board."""

import hashlib
import json
import os
import struct
from pathlib import Path

import pytest
from k210_bootloader import (
    BOOT,
    GREET,
    GREET_LOADER,
    INIT_FLASH,
    NO_MODEM_LINES,
    REBOOT,
    WRITE_FLASH,
    Board,
)
from tiny_bundle import write_bundle

from zoo.bundle import flashing
from zoo.bundle.flashing import serial_ports
from zoo.bundle.kfpkg import FlashFile, pack_kfpkg
from zoo.errors import ArtifactError, BoardError, BundleError, ToolchainError, UsageError

NETWORK = FlashFile(0x20000, "network.kmodel", bytes(range(256)) * 500)
FIRMWARE = b"\x6f\xc0\xdb" * 30_000
"""With bytes that the protocol escapes, longer than one packet."""


@pytest.fixture
def package(tmp_path):
    path = tmp_path / "toy.kfpkg"
    path.write_bytes(pack_kfpkg([NETWORK], "toy.kfpkg"))
    return path


@pytest.fixture
def firmware(tmp_path):
    path = tmp_path / "own.bin"
    path.write_bytes(FIRMWARE)
    return path


@pytest.fixture
def board(tmp_path, monkeypatch):
    pytest.importorskip("kflash")
    (tmp_path / "sitecustomize.py").write_text(NO_MODEM_LINES)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = Board()
    yield found
    found.close()


def test_the_plan_is_printed_and_nothing_is_written(zoo, package):
    found = zoo("flash", package, "--dry-run")
    digest = hashlib.sha256(NETWORK.content).hexdigest()
    assert found.exit_code == 0
    lines = [line.split() for line in found.stdout.splitlines()]
    assert lines[0] == ["Flash", "at", "no", "port"]
    assert lines[2] == ["0x020000", "network.kmodel", "128000", "128000", digest]


def test_the_plan_as_json_names_port_and_firmware(zoo, package, firmware):
    words = ("--port", "/dev/ttyUSB7", "--firmware", firmware, "--dry-run", "--json")
    plan = json.loads(zoo("flash", package, *words).stdout)
    assert (plan["port"], plan["dry_run"]) == ("/dev/ttyUSB7", True)
    assert [(file["address"], file["file"]) for file in plan["files"]] == [
        ("0x000000", "firmware.bin"),
        ("0x020000", "network.kmodel"),
    ]
    # A byte of flags, the length and a digest.
    assert plan["files"][0]["flash_bytes"] == len(FIRMWARE) + 1 + 4 + 32


def test_without_a_port_nothing_is_written(zoo, package, monkeypatch):
    monkeypatch.setattr("zoo.cli.flash_command.serial_ports", lambda: ("/dev/ttyUSB1",))
    error = zoo("flash", package).exception
    assert isinstance(error, UsageError)
    assert str(error) == "flashing needs --port, the board's serial port; there: /dev/ttyUSB1"


def test_a_port_that_is_not_there(zoo, package, monkeypatch):
    monkeypatch.setattr("zoo.cli.flash_command.serial_ports", lambda: ())
    error = zoo("flash", package, "--port", "/dev/ttyUSB7").exception
    assert isinstance(error, UsageError)
    assert str(error) == (
        "/dev/ttyUSB7: no such serial port; no serial port of a USB adapter is there; connect the "
        "board"
    )


@pytest.mark.parametrize("port", ["own.bin", os.devnull, "/"])
@pytest.mark.usefixtures("firmware")
def test_what_is_no_serial_port(zoo, package, monkeypatch, port):
    monkeypatch.setattr("zoo.cli.flash_command.serial_ports", lambda: ("/dev/ttyUSB1",))
    error = zoo("flash", package, "--port", port).exception
    assert isinstance(error, UsageError)
    assert str(error) == f"{port}: is no serial port; there: /dev/ttyUSB1; give the board's"


def test_another_kind_of_file(zoo, firmware):
    error = zoo("flash", firmware, "--dry-run").exception
    assert isinstance(error, UsageError)
    assert str(error).startswith(f"{firmware}: neither a flash package nor a bundle; give a .kfpkg")


def test_ports_of_usb_adapters_are_found(tmp_path):
    for name in ("ttyUSB1", "ttyUSB0", "ttyS0", "ttyACM0"):
        (tmp_path / name).touch()
    found = [Path(port).name for port in serial_ports(tmp_path)]
    assert found == ["ttyACM0", "ttyUSB0", "ttyUSB1"]


def test_the_board_gets_every_byte(zoo, package, firmware, board):
    words = ("--port", board.port, "--firmware", firmware, "--baud", "115200", "--board", "dan")
    found = zoo("flash", package, *words)
    assert found.exception is None
    # kflash's default, DIO, is flag 2.
    image = struct.pack("<BI", 2, len(FIRMWARE)) + FIRMWARE
    image += hashlib.sha256(image).digest()
    assert board.flashed == image.ljust(NETWORK.address, b"\0") + NETWORK.content
    assert board.memory  # the loader of the flash
    order = [GREET, BOOT, GREET_LOADER, INIT_FLASH, WRITE_FLASH, REBOOT]
    places = [board.operations.index(operation) for operation in order]
    assert places == sorted(places)


def test_a_file_that_is_no_port(zoo, package, tmp_path):
    port = tmp_path / "ttyUSB0"
    port.touch()
    error = zoo("flash", package, "--port", port).exception
    assert isinstance(error, UsageError)
    assert str(error).startswith(f"{port}: is no serial port; ")


def test_a_port_without_a_board(zoo, package):
    pytest.importorskip("kflash")
    master, slave = os.openpty()
    port = os.ttyname(slave)
    error = zoo("flash", package, "--port", port).exception
    os.close(master)
    os.close(slave)
    assert isinstance(error, BoardError)
    assert str(error).startswith(f"{port}: kflash failed with status 1; its messages say why.")


def test_without_kflash(zoo, package, monkeypatch):
    monkeypatch.setattr(flashing, "find_spec", lambda _: None)
    master, slave = os.openpty()
    error = zoo("flash", package, "--port", os.ttyname(slave)).exception
    os.close(master)
    os.close(slave)
    assert isinstance(error, ToolchainError)
    assert str(error).startswith("flashing needs kflash, which is not installed; ")


@pytest.fixture
def bundle(tmp_path):
    return write_bundle(tmp_path, more={"model/network.kmodel": "a network"})


def beside(bundle, content):
    path = bundle.with_name("toy.board.ptq.kfpkg")
    path.write_bytes(pack_kfpkg([FlashFile(0x300000, "network.kmodel", content)], path.name))


def test_a_bundle_is_flashed_by_the_package_beside_it(zoo, bundle):
    beside(bundle, b"a network")
    plan = json.loads(zoo("flash", bundle, "--dry-run", "--json").stdout)
    assert [file["bytes"] for file in plan["files"]] == [len(b"a network")]


def test_a_package_of_another_bundle(zoo, bundle):
    beside(bundle, b"another network")
    error = zoo("flash", bundle, "--dry-run").exception
    assert isinstance(error, BundleError)
    assert "toy.board.ptq.kfpkg: its 'network.kmodel' is not in toy.board.ptq.tar.gz" in str(error)


def test_a_bundle_without_a_package(zoo, bundle):
    error = zoo("flash", bundle, "--dry-run").exception
    assert isinstance(error, BundleError)
    assert "is for board, and toy.board.ptq.kfpkg is not beside it" in str(error)
    assert str(error).endswith("README.md of others says how to install them")


def test_a_firmware_that_reaches_over_the_network(zoo, package, firmware):
    firmware.write_bytes(bytes(0x20000))
    error = zoo("flash", package, "--firmware", firmware, "--dry-run").exception
    assert isinstance(error, ArtifactError)
    assert "'firmware.bin' reaches to 0x21000, over 'network.kmodel' at 0x20000" in str(error)
