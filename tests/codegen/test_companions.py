"""The scripts of a bundle, run by a shell."""

import shutil
import subprocess
from dataclasses import replace

import pytest
from spot_app import REQUEST

from codegen.apps.kria import CPP_VART
from codegen.apps.nvidia import CPP_TENSORRT
from codegen.apps.pc import CPP_ONNXRUNTIME
from codegen.apps.raspberry_pi import CPP_LITERT
from codegen.packages.debian import debian_package, package_name

BUNDLE = "spot.pc.none"
UNSIGNED = "signature: none, nothing shows who made this bundle\n"
PARTS = ("app", "lib", "model", "golden", "licences")


@pytest.fixture
def bundle(tmp_path):
    """A bundle whose program writes down its words."""
    folder = tmp_path / "a bundle"
    facts = {"bundle": BUNDLE, "quantization": "none", "notice": "", "c_library": "2.28"}
    for part in PARTS:
        (folder / part).mkdir(parents=True)
        (folder / part / "file").write_text(part)
    for name in ("manifest.json", "certificate.json"):
        (folder / name).write_text("{}")
    for name, content in CPP_ONNXRUNTIME.companions(REQUEST, facts).items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o755)
    app = folder / "app" / "app"
    app.write_text('#!/bin/sh\necho "$0" "$@"\n')
    app.chmod(0o755)
    return folder


@pytest.mark.parametrize("app", [CPP_ONNXRUNTIME, CPP_LITERT, CPP_TENSORRT, CPP_VART])
def test_only_a_network_of_landmarks_is_said_to_track(app):
    facts = {"bundle": BUNDLE, "quantization": "none", "notice": "", "c_library": "2.28"}
    classifier = replace(REQUEST, contract=replace(REQUEST.contract, post=()))
    for request, tracks in ((REQUEST, True), (classifier, False)):
        texts = {n: text.decode() for n, text in app.companions(request, facts).items()}
        assert ("--track" in texts["README.md"]) == tracks
        assert not tracks or "/dev/video0" in texts["README.md"]
        assert tracks or not any("--track" in text for text in texts.values())
        if "deb" in app.packages:
            package = debian_package(request, facts, app.packages["deb"])
            service = package.files[f"etc/default/{package_name(BUNDLE)}"].decode()
            assert ("--track" in service) == tracks


def run(*command, **environment):
    return subprocess.run(
        command, env=environment, capture_output=True, encoding="utf-8", check=False
    )


def test_selftest_runs_the_program_on_the_golden_inputs(bundle):
    finished = run(bundle / "selftest", "--threads", "2", PATH="/usr/bin:/bin")
    assert finished.returncode == 0, finished.stderr
    expected = f"{bundle}/app/app --selftest {bundle}/golden/selftest.txt --threads 2\n"
    assert finished.stdout == expected


def test_selftest_works_through_a_link(bundle, tmp_path):
    (tmp_path / "link").symlink_to(bundle / "selftest")
    assert run(tmp_path / "link", PATH="/usr/bin:/bin").stdout.startswith(f"{bundle}/app/app")


def test_install_copies_links_and_tests(bundle, tmp_path):
    prefix = tmp_path / "a prefix"
    for _ in range(2):  # a second time replaces the first
        finished = run("sh", bundle / "install.sh", prefix, PATH="/usr/bin:/bin", HOME="/none")
        assert finished.returncode == 0, finished.stderr
    place = prefix / "lib" / "zoo" / BUNDLE
    assert sorted(path.name for path in place.iterdir()) == sorted(
        [*PARTS, "README.md", "manifest.json", "certificate.json", "selftest"]
    )
    assert (place / "model" / "file").read_text() == "model"
    program = prefix / "bin" / BUNDLE
    assert program.resolve() == place / "app" / "app"
    assert finished.stdout == (
        f"{UNSIGNED}{place}.new/app/app --selftest {place}.new/golden/selftest.txt\n"
        f"installed: {program}\n"
    )


def test_a_bundle_without_libraries_is_installed(bundle, tmp_path):
    shutil.rmtree(bundle / "lib")
    finished = run("sh", bundle / "install.sh", tmp_path, PATH="/usr/bin:/bin", HOME="/none")
    assert finished.returncode == 0, finished.stderr
    assert not (tmp_path / "lib" / "zoo" / BUNDLE / "lib").exists()


def test_install_fails_where_the_selftest_fails(bundle, tmp_path):
    (bundle / "app" / "app").write_text("#!/bin/sh\nexit 1\n")
    finished = run("sh", bundle / "install.sh", tmp_path / "prefix", PATH="/usr/bin:/bin")
    assert finished.returncode != 0
    assert "installed" not in finished.stdout


@pytest.fixture
def system(tmp_path):
    """Return system(words) -> a PATH by which getconf tells these of the C library."""

    def tells(words):
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "getconf").write_text(f"#!/bin/sh\necho {words}\n")
        (tmp_path / "bin" / "getconf").chmod(0o755)
        return f"{tmp_path}/bin:/usr/bin:/bin"

    return tells


@pytest.mark.parametrize(("words", "told"), [("glibc 2.27", "2.27"), ("", "another")])
def test_an_older_c_library_is_told_before_anything_is_installed(
    bundle, tmp_path, system, words, told
):
    finished = run("sh", bundle / "install.sh", tmp_path / "prefix", PATH=system(words))
    assert (finished.returncode, finished.stdout) == (1, UNSIGNED)
    assert finished.stderr == (
        f"install.sh: the program needs GNU's C library 2.28, this system has {told}: use a newer "
        "system, or compile app/src on this one\n"
    )
    assert not (tmp_path / "prefix").exists()


@pytest.mark.parametrize("words", ["glibc 2.28", "glibc 2.100"])
def test_the_same_or_a_newer_c_library_will_do(bundle, tmp_path, system, words):
    finished = run("sh", bundle / "install.sh", tmp_path / "prefix", PATH=system(words))
    assert finished.returncode == 0, finished.stderr
