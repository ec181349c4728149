"""build.sh of the firmware. A Makefile that prints the settings stands in for the SDK's."""

import os
import subprocess
from pathlib import Path

import pytest
from max78000_firmware import request_of, written

MAKEFILE = """\
include project.mk
all:
\t@echo "$(PROJECT) $(TARGET) $(BOARD) | $(strip $(VPATH)) | $(strip $(IPATH))"
"""
UART = ". board classify processor uart ../network | . ../network"


@pytest.fixture
def sdk(tmp_path: Path) -> Path:
    makefile = tmp_path / "the sdk" / "Examples" / "MAX78000" / "Hello_World" / "Makefile"
    makefile.parent.mkdir(parents=True)
    makefile.write_text(MAKEFILE)
    return tmp_path / "the sdk"


@pytest.fixture
def firmware(tmp_path: Path) -> Path:
    return written(tmp_path, request_of())


def build(firmware: Path, sdk: Path | str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(firmware / "build.sh"), *words],
        env={"PATH": os.environ["PATH"], "MAXIM_PATH": str(sdk)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        ((), f"firmware MAX78000 FTHR_RevA | {UART}"),
        (("EvKit_V1",), f"firmware MAX78000 EvKit_V1 | {UART}"),
        (
            ("EvKit_V1", "PICTURES=camera"),
            "firmware MAX78000 EvKit_V1 | . board classify processor camera ../network | "
            ". ../network",
        ),
        (
            ("PROGRAM=energy",),
            "firmware MAX78000 FTHR_RevA | . board energy processor ../network | . ../network",
        ),
    ],
)
def test_settings_choose_the_folders(
    firmware: Path, sdk: Path, words: tuple[str, ...], printed: str
) -> None:
    found = build(firmware, sdk, *words)
    assert found.returncode == 0, found.stderr
    assert found.stdout.splitlines()[-1] == printed


def test_the_accelerators_code_is_taken_where_it_is(firmware: Path, sdk: Path) -> None:
    (firmware / "accelerator" / "cnn.c").write_text("")
    paths = ". board classify accelerator uart | . ../network accelerator"
    assert build(firmware, sdk).stdout.splitlines()[-1].endswith(paths)
    chosen = build(firmware, sdk, "RUNS_ON=processor").stdout.splitlines()[-1]
    assert chosen.endswith(UART)


def test_the_accelerator_without_code(firmware: Path, sdk: Path) -> None:
    found = build(firmware, sdk, "RUNS_ON=accelerator")
    assert found.returncode == 2
    assert (
        "the accelerator's code is missing; build the bundle where AI8X_SYNTHESIS" in found.stderr
    )


@pytest.mark.parametrize("word", ["PROGRAM=other", "PICTURES=", "SPEED=1"])
def test_other_settings(firmware: Path, sdk: Path, word: str) -> None:
    found = build(firmware, sdk, word)
    assert found.returncode == 2
    assert f"'{word}' is not a setting; expected PROGRAM=classify|energy" in found.stderr


def test_without_the_sdk(firmware: Path) -> None:
    found = build(firmware, "")
    assert found.returncode == 2
    assert "expected MAXIM_PATH, the folder of the vendor's SDK" in found.stderr
