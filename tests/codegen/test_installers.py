"""install.sh of every board, in a root of its own, where systemctl writes down its words."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from spot_app import CONTRACT, TARGET

from codegen.apps import CPP_C_ARM, CPP_ONNXRUNTIME, CPP_TENSORRT, CPP_VART
from zoo.plugs import AppRequest

APPS = {
    "x86": CPP_ONNXRUNTIME,
    "rpi4": CPP_C_ARM,
    "kv260": CPP_VART,
    "jetson-nano": CPP_TENSORRT,
}
UNITS = Path("/etc/systemd/system")
PROGRAM = """#!/bin/sh
case "$*" in
  --help) ;;
  *--selftest*) echo "self-test of VERSION"; [ VERSION != broken ] ;;
  *) echo VERSION ;;
esac
"""


def script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@dataclass(frozen=True)
class Machine:
    """A machine with an unpacked bundle, and the stand-ins for its tools in bin/."""

    folder: Path
    target: str

    @property
    def name(self):
        return f"spot+pose.{self.target}.ptq"

    @property
    def unit(self):
        return f"zoo-spot_pose.{self.target}.ptq.service"

    def bundle(self, version):
        folder = self.folder / version
        for part in ("app", "lib", "model", "golden", "licences"):
            (folder / part).mkdir(parents=True)
        facts = {"bundle": self.name, "quantization": "ptq", "notice": "", "c_library": "2.28"}
        request = AppRequest("spot", TARGET, CONTRACT, "model.bin")
        for name, content in APPS[self.target].companions(request, facts).items():
            script(folder / name, content.decode())
        for name in ("manifest.json", "certificate.json", "model/model.engine"):
            (folder / name).write_text("{}")
        (folder / "model" / "model.xmodel").touch()
        (folder / "model" / "model.bin").touch()
        (folder / "model" / "arch.json").write_text('{"fingerprint": "0x1"}')
        script(folder / "app" / "app", PROGRAM.replace("VERSION", version))
        script(folder / "app" / "src" / "adapter" / "build.sh", "#!/bin/sh\n")
        return folder

    def run(self, after, *words, **environment):
        """Run install.sh with words in a root of its own, then a script; as root there."""
        inner = 'mount -t tmpfs tmpfs /etc && mkdir -p "$UNITS" && { "$@" || exit; } && ' + after
        return subprocess.run(
            ["unshare", "-rm", "sh", "-c", inner, "sh", "sh", *map(str, words)],
            env={
                "PATH": f"{self.folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "UNITS": str(UNITS),
                **environment,
            },
            cwd=self.folder,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )


@pytest.fixture(params=APPS)
def machine(request, tmp_path):
    if shutil.which("unshare") is None:
        pytest.skip("no unshare: apt install util-linux")
    if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("unshare cannot mount here: user namespaces are off")
    is_arm = request.param in ("rpi4", "kv260")
    script(tmp_path / "bin" / "uname", f"#!/bin/sh\necho {'aarch64' if is_arm else 'x86_64'}\n")
    script(tmp_path / "bin" / "systemctl", '#!/bin/sh\necho "systemctl $*"\n')
    return Machine(tmp_path, request.param)


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
    assert [path for path in place.rglob("*") if not path.is_dir()] == []


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
    assert finished.stdout.startswith("Usage: sh install.sh [PREFIX] [--service CAMERA]\n")
    assert not (machine.folder / "p").exists()


def test_without_a_home(machine):
    finished = machine.run("true", machine.bundle("one") / "install.sh", "p")
    assert finished.returncode == 0
    if machine.target in ("x86", "jetson-nano"):
        finished = machine.run("true", machine.folder / "one" / "install.sh")
        message = "install.sh: HOME is not set; name a PREFIX to install below\n"
        assert (finished.returncode, finished.stderr) == (1, message)
