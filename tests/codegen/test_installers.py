"""install.sh of every board, in a root of its own, where systemctl writes down its words."""

import os
import subprocess
from pathlib import Path

import pytest
from installer_machine import APPS, make_machine


@pytest.fixture(params=APPS)
def machine(request, tmp_path):
    return make_machine(tmp_path, request.param)


def program(machine, prefix):
    flat = prefix / machine.name / "app" / "app"
    return flat if machine.target == "kv260" else prefix / "bin" / machine.name


def answer(path):
    return subprocess.check_output([path], encoding="utf-8")


def test_a_relative_prefix(machine):
    finished = machine.run("true", machine.bundle("one") / "install.sh", "a prefix")
    assert finished.returncode == 0, finished.stderr
    path = program(machine, machine.folder / "a prefix")
    assert finished.stdout.endswith(f"self-test of one\ninstalled: {path}\n")
    assert answer(path) == "one\n"


def test_an_upgrade_that_fails_keeps_what_was_there(machine):
    path = program(machine, machine.folder / "p")
    for version, status, found in (("one", 0, "one"), ("broken", 1, "one"), ("two", 0, "two")):
        finished = machine.run("true", machine.bundle(version) / "install.sh", "p")
        assert finished.returncode == status, finished.stderr
        assert ("installed" in finished.stdout) == (status == 0)
        assert answer(path) == f"{found}\n"
        names = {path.name for path in (machine.folder / "p").rglob("*.ptq*")}
        assert names == {machine.name}, version


def test_a_first_installation_that_fails_leaves_nothing(machine):
    finished = machine.run("true", machine.bundle("broken") / "install.sh", "p")
    assert finished.returncode == 1
    assert list((machine.folder / "p").rglob("*.ptq*")) == []


@pytest.mark.parametrize("order", ["first", "last"])
def test_a_service_is_of_this_bundle_and_waits_for_its_camera(machine, order):
    service = ("--service", "/dev/video 0")
    words = [*service, "a %p"] if order == "first" else ["a %p", *service]
    script_path = machine.bundle("one") / "install.sh"
    finished = machine.run(f'ls "$UNITS" && cat "$UNITS/{machine.unit}"', script_path, *words)
    assert finished.returncode == 0, finished.stderr
    lines = finished.stdout.splitlines()
    place = os.path.realpath(program(machine, machine.folder / "a %p")).replace("%", "%%")
    started = f'ExecStart="{place}" --source "/dev/video 0" --track'
    assert [line for line in lines if line.startswith(started)], finished.stdout
    assert {machine.unit, "StartLimitIntervalSec=0", "Restart=on-failure", "RestartSec=5"} <= {
        *lines
    }
    assert [line for line in lines if line.startswith("systemctl")] == [
        "systemctl daemon-reload",
        f"systemctl enable {machine.unit}",
        f"systemctl restart {machine.unit}",
    ]
    assert f"runs as a service: journalctl -fu {machine.unit}" in lines


def test_an_upgrade_restarts_the_service(machine):
    bundle = machine.bundle("one") / "install.sh"
    again = f'sh "{bundle}" p'
    finished = machine.run(again, bundle, "p", "--service", "/dev/video0")
    assert finished.stdout.endswith(f"systemctl try-restart {machine.unit}\n"), finished.stderr


def test_it_can_be_removed(machine):
    bundle = machine.bundle("one") / "install.sh"
    removed = f'sh "{bundle}" --uninstall p; sh "{bundle}" p --uninstall || ls "$UNITS"'
    finished = machine.run(removed, bundle, "p", "--service", "/dev/video0")
    place = Path(os.path.realpath(machine.folder)) / "p"
    folder = (
        program(machine, place).parents[1]
        if machine.target == "kv260"
        else (place / "lib" / "zoo" / machine.name)
    )
    assert finished.stdout.splitlines()[-3:] == [
        f"systemctl disable --now {machine.unit}",
        "systemctl daemon-reload",
        f"removed: {folder}",
    ]
    assert finished.stderr.startswith(f"install.sh: {folder}: not installed; name the PREFIX")
    assert [*place.rglob("*")] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--serve"], "'--serve' is no option and no prefix; --help lists the options"),
        ([""], "'' is no option and no prefix; --help lists the options"),
        (["a", "b"], "two prefixes, a and b; name one"),
        (["--service"], "--service: name a camera, such as /dev/video0"),
        (["--service", "video0"], "--service: 'video0' is no absolute path; name a camera, such"),
        (["--uninstall", "a"], "/a/"),
    ],
)
def test_wrong_words_change_nothing(machine, words, message):
    finished = machine.run("true", machine.bundle("one") / "install.sh", *words, HOME="/none")
    assert finished.returncode == 1
    assert finished.stderr.startswith("install.sh: ")
    assert message in finished.stderr
    assert {path.name for path in machine.folder.iterdir()} == {"bin", "one"}


def test_help(machine):
    finished = machine.run("true", machine.bundle("one") / "install.sh", "p", "--help")
    assert finished.returncode == 0
    assert finished.stdout.startswith(
        "Usage: sh install.sh [PREFIX] [--key PUB] [--service CAMERA]\n"
    )
    assert not (machine.folder / "p").exists()


def test_without_a_home(machine):
    finished = machine.run("true", machine.bundle("one") / "install.sh", "p")
    assert finished.returncode == 0
    if machine.target in ("x86", "jetson-nano"):
        finished = machine.run("true", machine.folder / "one" / "content" / "install.sh")
        message = "install.sh: HOME is not set; name a PREFIX to install below\n"
        assert (finished.returncode, finished.stderr) == (1, message)
