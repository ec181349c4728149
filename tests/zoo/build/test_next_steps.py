"""What a build says at its end, for every board and every form of its packages."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_bundle import write_bundle

from zoo import registry
from zoo.advice import Advice, first_advice
from zoo.build.next_steps import next_steps
from zoo.bundle.bundle import packed_manifest
from zoo.errors import PluginError

NAME = "toy.board.ptq"
BOARDS = sorted(registry.names("target"))


@pytest.fixture
def manifest(tmp_path):
    return packed_manifest(write_bundle(tmp_path))


def steps(manifest, target, *files, page="", program=True, runtime="", key="", folder="dist"):
    board = registry.load("target", target)
    board = board.with_runtime(runtime) if runtime else board
    listed = {**manifest.files, **dict.fromkeys(files, "0" * 64)}
    listed = replace(manifest, files=listed, program=page or (manifest.program if program else ""))
    packages = [Path(folder) / f"{NAME}.{form}" for form in board.packages]
    return next_steps(board, listed, packages, key)


@pytest.mark.parametrize(
    ("target", "files", "options", "trial", "installation"),
    [
        (
            "x86",
            ("install.sh",),
            {},
            f"tar -xzf dist/{NAME}.tar.gz && {NAME}/app/app --source {NAME}/golden/photo.png",
            f"on the board: tar -xzf {NAME}.tar.gz && sh {NAME}/install.sh",
        ),
        ("rpi4", ("install.sh",), {}, "zoo verify dist/", f"board: sudo apt install ./{NAME}.deb"),
        ("kv260", ("install.sh",), {}, "zoo verify dist/", f"&& sudo sh {NAME}/install.sh"),
        ("k210", (), {}, "zoo verify dist/", f"zoo flash dist/{NAME}.tar.gz --port /dev/ttyUSB0"),
        ("k210", (), {"runtime": "c"}, "zoo verify dist/", "how kflash writes it"),
        ("c99", ("install.sh",), {}, "--source", f"add {NAME}/app/src/network to your"),
        (
            "max78000",
            ("app/src/firmware/main.c", "app/src/network/network.h"),
            {},
            "--source",
            f"zoo flash dist/{NAME}.tar.gz --firmware build/firmware.elf",
        ),
        ("max78000", ("app/src/network/network.h",), {}, "--source", "from your firmware"),
        ("android", (), {"program": False}, "in Android Studio", "./gradlew installDebug"),
        (
            "browser",
            (),
            {"page": "app/index.html"},
            f"open dist/{NAME}.html in a browser",
            f"give dist/{NAME}.html away",
        ),
    ],
)
def test_each_board_has_its_own(manifest, target, files, options, trial, installation):
    told = steps(manifest, target, *files, **options)
    assert trial in told.trial
    assert installation in told.installation


@pytest.mark.parametrize("target", BOARDS)
def test_every_board_has_one_line_of_each(manifest, target):
    for runtime in ("", *registry.load("target", target).runtimes):
        told = steps(manifest, target, runtime=runtime)
        assert told.trial
        assert told.installation
        assert "\n" not in told.trial + told.installation
        assert told.signatures == ()


def test_names_are_words_of_a_shell(manifest):
    told = steps(manifest, "x86", folder="my bundles/$HOME")
    assert shlex.split(told.trial)[2] == f"my bundles/$HOME/{NAME}.tar.gz"


def test_signatures_are_checked_by_what_reads_them(manifest):
    archive, page = steps(manifest, "browser", key="me.pub").signatures
    assert archive == f"zoo verify dist/{NAME}.tar.gz --key me.pub"
    assert page == (
        f"openssl pkeyutl -verify -pubin -inkey me.pub -rawin -in dist/{NAME}.html "
        f"-sigfile dist/{NAME}.html.sig"
    )


def test_advice_that_does_not_hold_is_left_out():
    advice = (Advice("flash {name}", needs="boot/"), Advice("copy {package}"))
    fields = {"name": "n", "package": "p"}
    assert first_advice(advice, ["boot/image"], fields) == "flash n"
    assert first_advice(advice, ["app/app"], fields) == "copy p"
    assert first_advice(advice[:1], [], fields) == ""


@pytest.mark.parametrize("text", ["flash {firmware}", "{", "{0}"])
def test_advice_with_unknown_fields_is_refused(text):
    with pytest.raises(PluginError, match="its fields are archive, archive_name, package"):
        Advice(text)
