"""Temperature and throttling, from drawn folders and under the emulator."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from codegen.emulator import emulated
from codegen.machines import RASPBERRY_PI_4

pytestmark = pytest.mark.toolchain


def draw(root: Path, thousandths: str, bits: str | None) -> Path:
    """Write a board's /sys."""
    zone = root / "sys" / "class" / "thermal" / "thermal_zone0"
    zone.mkdir(parents=True)
    (zone / "temp").write_text(f"{thousandths}\n")
    if bits is not None:
        firmware = root / "sys" / "devices" / "platform" / "soc" / "soc:firmware"
        firmware.mkdir(parents=True)
        (firmware / "get_throttled").write_text(f"{bits}\n")
    return root


def summary(app, golden, place):
    finished = app.run("int8", "--source", golden[0].image, "--json", "--heat", place)
    return json.loads(finished.stdout.splitlines()[-1])["summary"]


@pytest.mark.parametrize(
    ("bits", "now", "since_boot"),
    [
        ("0", [], []),
        ("50005", ["under-voltage", "throttled"], ["under-voltage", "throttled"]),
        ("80002", ["frequency capped"], ["soft temperature limit"]),
        (None, None, None),
        ("nonsense", None, None),
    ],
)
def test_drawn_boards(host_app, golden, tmp_path, bits, now, since_boot):
    told = summary(host_app, golden, draw(tmp_path, "48312", bits))
    assert (told["celsius"], told["slowed"], told["slowed_since_boot"]) == (48.312, now, since_boot)


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        (None, "; 71.2 degrees Celsius\n"),
        ("0", "; 71.2 degrees Celsius, not slowed down\n"),
        ("f", "slowed down: under-voltage, frequency capped, throttled, soft temperature limit\n"),
    ],
)
def test_words(host_app, golden, tmp_path, bits, text):
    place = draw(tmp_path, "71234", bits)
    finished = host_app.run("int8", "--source", golden[0].image, "--heat", place)
    assert finished.stderr.endswith(text)


def test_not_told_unless_asked(host_app, golden):
    finished = host_app.run("int8", "--source", golden[0].image, "--json")
    assert "celsius" not in json.loads(finished.stdout.splitlines()[-1])["summary"]


def test_no_thermometer(host_app, golden, tmp_path):
    finished = host_app.run("int8", "--source", golden[0].image, "--heat", tmp_path)
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.endswith(
        f"error: --heat: {tmp_path}/sys/class/thermal/thermal_zone0/temp: holds no temperature; "
        "name board on a board with a thermometer, or leave --heat out\n"
    )


def test_the_board_itself(board_app, golden):
    """The emulator finds the drawn files as the board's own."""
    with emulated(RASPBERRY_PI_4) as words:
        draw(Path(words[-1]), "71234", "50000")
        told = summary(replace(board_app, words=words), golden, "board")
    assert told["celsius"] == 71.234
    assert (told["slowed"], told["slowed_since_boot"]) == ([], ["under-voltage", "throttled"])
    assert told["frames_per_second"] > 0
