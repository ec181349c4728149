"""Scripts of a Raspberry Pi's bundle and package, run by shells that believe they are there."""

import hashlib
import subprocess
import zipfile
from dataclasses import replace

import pytest
from spot_app import CONTRACT, TARGET

from codegen.apps.raspberry_pi import CPP_C_ARM, CPP_LITERT, LITERT_ARM
from codegen.packages.debian import debian_package, package_name
from zoo.plugs import AppRequest

BUNDLE = "spot.rpi4.ptq"
PARTS = ("app", "model", "golden", "licences")
FACTS = {
    "bundle": BUNDLE,
    "quantization": "ptq",
    "notice": "for research only",
    "c_library": "2.28",
}
REQUEST = AppRequest("spot", TARGET, CONTRACT, "model.tflite")


def script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def wheel(tmp_path):
    """A wheel that holds a library, and what describes it."""
    file = tmp_path / "downloads" / LITERT_ARM.file
    file.parent.mkdir()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("ai_edge_litert/libLiteRt.so", b"library")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return file, replace(LITERT_ARM, sha256=digest)


def write_bundle(tmp_path, app):
    """An unpacked bundle whose program writes down its words, and a folder of the board's tools."""
    folder = tmp_path / "a bundle"
    for part in PARTS:
        (folder / part).mkdir(parents=True)
        (folder / part / "file").write_text(part)
    for name in ("manifest.json", "certificate.json"):
        (folder / name).write_text("{}")
    for name, content in app.companions(REQUEST, FACTS).items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o755)
    script(folder / "app" / "app", 'echo "$0" "$@"')
    script(tmp_path / "bin" / "uname", "echo aarch64")
    script(tmp_path / "bin" / "id", "echo 1000")
    script(tmp_path / "bin" / "getconf", "echo 64")
    return folder


@pytest.fixture
def board(tmp_path, wheel):
    """A bundle with a runtime that is fetched."""
    folder = write_bundle(tmp_path, replace(CPP_LITERT, further={"wheel": wheel[1]}))
    # curl --fail --silent --show-error --location --output FILE URL
    copy = f'cp "{wheel[0]}" "$6" && echo "$7" >"{tmp_path}/asked"'
    script(tmp_path / "bin" / "curl", copy)
    return folder


def run(board, name, *words):
    return subprocess.run(
        ["sh", board / name, *words],
        env={"PATH": f"{board.parent}/bin:/usr/bin:/bin", "HOME": str(board.parent / "home")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_it_copies_fetches_and_tests(board):
    for _ in range(2):  # a second time replaces the first
        finished = run(board, "install.sh")
        assert finished.returncode == 0, finished.stderr
    prefix = board.parent / "home" / ".local"
    place = prefix / "lib" / "zoo" / BUNDLE
    assert sorted(path.name for path in place.iterdir()) == sorted(
        [*PARTS, "lib", "README.md", "manifest.json", "certificate.json", "selftest"]
    )
    assert (place / "lib" / "libLiteRt.so").read_bytes() == b"library"
    assert (prefix / "bin" / BUNDLE).resolve() == place / "app" / "app"
    assert finished.stdout.splitlines() == [
        "signature: none, nothing shows who made this bundle",
        f"LiteRT 2.3.0: {place}.new/lib/libLiteRt.so",
        f"{place}.new/app/app --selftest {place}.new/golden/selftest.txt",
        f"installed: {prefix}/bin/{BUNDLE}",
    ]
    asked = (board.parent / "asked").read_text()
    assert asked == f"{LITERT_ARM.url}\n"


def test_c_code_needs_no_runtime(tmp_path):
    folder = write_bundle(tmp_path, CPP_C_ARM)
    finished = run(folder, "install.sh")
    place = tmp_path / "home" / ".local" / "lib" / "zoo" / BUNDLE
    assert finished.stdout.splitlines() == [
        "signature: none, nothing shows who made this bundle",
        f"{place}.new/app/app --selftest {place}.new/golden/selftest.txt",
        f"installed: {tmp_path}/home/.local/bin/{BUNDLE}",
    ]
    assert "runtime.sh" not in "".join(p.read_text() for p in folder.iterdir() if p.is_file())


def test_a_package_of_c_code_needs_the_c_library_alone(tmp_path):
    package = debian_package(REQUEST, FACTS, CPP_C_ARM.packages["deb"])
    assert package.control["Depends"] == "libc6 (>= 2.28)"
    assert "Recommends" not in package.control
    assert package.control["Description"].startswith("spot on plain C\n")
    for name, arguments in (("postinst", ["configure"]), ("prerm", ["upgrade"])):
        (tmp_path / name).write_bytes(package.scripts[name])
        command = ["/bin/sh", tmp_path / name, *arguments]
        assert subprocess.check_output(command, env={"PATH": ""}) == b""


def test_a_wheel_beside_it_needs_no_network(board, wheel):
    script(board.parent / "bin" / "curl", "exit 1")
    (board / wheel[0].name).write_bytes(wheel[0].read_bytes())
    finished = run(board, "install.sh", board.parent / "prefix")
    assert finished.returncode == 0, finished.stderr


def test_offline(board):
    script(board.parent / "bin" / "curl", "echo 'curl: (6) Could not resolve host' >&2; exit 6")
    finished = run(board, "runtime.sh")
    assert finished.returncode == 1
    assert finished.stderr == (
        "curl: (6) Could not resolve host\n"
        f"runtime.sh: cannot download {LITERT_ARM.url}: download it on another "
        f"machine and put it beside this script, in {board}\n"
    )
    assert not (board / "lib").exists()


def test_another_wheel_is_refused(board, wheel):
    (board / wheel[0].name).write_bytes(b"another")
    finished = run(board, "runtime.sh")
    assert finished.returncode == 1
    assert finished.stderr == (
        f"runtime.sh: {board}/{wheel[0].name} is not the expected file (SHA-256 "
        f"{wheel[1].sha256}): delete it and run this again\n"
    )


@pytest.mark.parametrize(
    ("tool", "answer", "message"),
    [
        ("uname", "x86_64", "this is a x86_64, the program is for aarch64"),
        ("getconf", "32", "this system has 32 bits: install the 64-bit Raspberry Pi OS"),
    ],
)
def test_another_machine(board, tool, answer, message):
    script(board.parent / "bin" / tool, f"echo {answer}")
    finished = run(board, "install.sh")
    assert (finished.returncode, finished.stderr) == (1, f"install.sh: {message}\n")


def test_program_that_does_not_start(board):
    script(board / "app" / "app", "echo 'version GLIBC_2.34 not found' >&2; exit 1")
    finished = run(board, "install.sh")
    message = "install.sh: app/app does not start here: version GLIBC_2.34 not found\n"
    assert (finished.returncode, finished.stderr) == (1, message)


def test_service_needs_root_and_a_camera(board):
    finished = run(board, "install.sh", "--service", "/dev/video0")
    assert finished.stderr == "install.sh: --service: run it as root, with sudo\n"
    finished = run(board, "install.sh", "--service")
    assert finished.stderr.endswith("--service: name a camera, such as /dev/video0\n")


def test_it_fails_where_the_selftest_fails(board):
    script(board / "app" / "app", '[ "$1" = --help ]')
    finished = run(board, "install.sh")
    assert finished.returncode != 0
    assert "installed" not in finished.stdout


def test_readme_says_what_to_do(board):
    text = (board / "README.md").read_text()
    assert "    sh install.sh " in text
    assert "--track --heat board" in text
    assert "**Licence notice**: for research only" in text


@pytest.mark.parametrize(
    ("bundle", "name"),
    [
        ("pfld_0.25x.300w68+pose.rpi4.qat", "zoo-pfld-0.25x.300w68+pose.rpi4.qat"),
        ("Mein Netz.rpi4.none", "zoo-mein-netz.rpi4.none"),
    ],
)
def test_package_names_are_debians(bundle, name):
    assert package_name(bundle) == name


@pytest.fixture
def package():
    return debian_package(REQUEST, FACTS, CPP_LITERT.packages["deb"])


def test_package_has_service_configuration_and_manual(package):
    name = package_name(BUNDLE)
    assert package.control["Package"] == name
    assert package.control["Architecture"] == "arm64"
    assert package.place == f"usr/lib/{name}"
    assert package.links == {f"usr/bin/{name}": f"../lib/{name}/app/app"}
    assert sorted(package.files) == [
        f"etc/default/{name}",
        f"usr/lib/systemd/system/{name}.service",
        f"usr/share/doc/{name}/changelog.gz",
        f"usr/share/doc/{name}/copyright",
        f"usr/share/man/man1/{name}.1.gz",
    ]
    service = package.files[f"usr/lib/systemd/system/{name}.service"].decode()
    assert f"EnvironmentFile=/etc/default/{name}\nExecStart=/usr/bin/{name} $OPTIONS\n" in service
    assert "DynamicUser=yes\n" in service
    options = package.files[f"etc/default/{name}"].decode()
    assert "OPTIONS='--source /dev/video0 " in options
    assert " for research only\n" in package.files[f"usr/share/doc/{name}/copyright"].decode()


@pytest.mark.parametrize("name", ["postinst", "prerm", "postrm"])
@pytest.mark.parametrize("word", ["upgrade", "failed-upgrade"])
def test_upgrades_change_nothing(package, tmp_path, name, word):
    script = tmp_path / name
    script.write_bytes(package.scripts[name])
    finished = subprocess.run(["sh", script, word], capture_output=True, check=False)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, b"", b"")


def test_installation_says_how_the_runtime_comes(package, tmp_path):
    script = tmp_path / "postinst"
    script.write_bytes(package.scripts["postinst"])
    told = subprocess.check_output(["/bin/sh", script, "configure"], env={"PATH": ""}, text=True)
    name = package_name(BUNDLE)
    assert told == f"{name}: to fetch LiteRT, run: sudo sh /usr/lib/{name}/runtime.sh\n"
