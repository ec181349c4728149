"""The forms of packages: what each writes, and what it asks of an app."""

from dataclasses import replace

import pytest
from spot_app import REQUEST

from codegen.apps.nvidia import CPP_TENSORRT_JETSON as JETSON_APP
from codegen.packages.archive import TAR_GZ
from codegen.packages.debian import DEB, DebianSettings, debian_package
from codegen.packages.flash import KFPKG
from zoo.bundle.archive import unpack
from zoo.bundle.kfpkg import FlashFile, read_kfpkg
from zoo.errors import RefusedError
from zoo.plugs import PackageRequest

FACTS = {"bundle": "spot.pc.none", "quantization": "none", "notice": "", "c_library": "2.28"}


@pytest.fixture
def bundle(tmp_path):
    folder = tmp_path / "content"
    (folder / "app").mkdir(parents=True)
    (folder / "app" / "app").write_bytes(b"\x7fELF")
    (folder / "manifest.json").write_text("{}")
    return PackageRequest(REQUEST, FACTS, folder)


def test_the_archive_is_the_bundle_by_its_name(bundle, tmp_path):
    TAR_GZ.write(bundle, tmp_path / "spot.tar.gz")
    assert unpack(tmp_path / "spot.tar.gz", tmp_path / "again") == ""
    assert (tmp_path / "again" / "spot.pc.none" / "app" / "app").read_bytes() == b"\x7fELF"


def test_a_debian_package_is_made_by_the_apps_settings(bundle, tmp_path):
    settings = JETSON_APP.packages["deb"]
    DEB.write(replace(bundle, settings=settings), tmp_path / "spot.deb")
    assert (tmp_path / "spot.deb").read_bytes().startswith(b"!<arch>\ndebian-binary")


def test_another_distribution_brings_its_own_scripts(tmp_path):
    for script in ("postinst", "prerm"):
        template = "#!/bin/sh\n# {{ name | comment }} for {{ board.processor }}, {{ more }}\n"
        (tmp_path / f"{script}.j2").write_text(template)
    settings = DebianSettings(
        tmp_path, "ToyRT", "the toy", "", "", "", architecture="riscv64", further={"more": "v2"}
    )
    package = debian_package(REQUEST, FACTS, settings)
    assert package.scripts["postinst"] == b"#!/bin/sh\n# zoo-spot.pc.none for the toy, v2\n"
    assert package.control["Architecture"] == "riscv64"


def test_an_app_that_says_nothing_of_debian_packages_is_refused(bundle, tmp_path):
    target = replace(REQUEST.target, package="deb")
    wanted = replace(bundle, request=replace(REQUEST, target=target))
    message = (
        r"pc: has package='deb', but app 'cpp-onnxruntime' has no settings for Debian packages; "
        r"give the app packages=\{'deb': DebianSettings\(\.\.\.\)\}, or the target another package"
    )
    with pytest.raises(RefusedError, match=message):
        DEB.write(wanted, tmp_path / "spot.deb")
    assert not (tmp_path / "spot.deb").exists()


def flashed(bundle, facts):
    target = replace(REQUEST.target, package="kfpkg", facts=facts)
    request = replace(REQUEST, target=target, artifact_main="network.kmodel")
    (bundle.folder / "model").mkdir()
    (bundle.folder / "model" / "network.kmodel").write_bytes(b"LDMK")
    return replace(bundle, request=request)


def test_a_flash_package_has_the_network_where_the_target_says(bundle, tmp_path):
    KFPKG.write(flashed(bundle, {"network_flash_address": 0x300000}), tmp_path / "spot.kfpkg")
    found = read_kfpkg((tmp_path / "spot.kfpkg").read_bytes(), "spot.kfpkg")
    assert found == (FlashFile(0x300000, "network.kmodel", b"LDMK"),)


def test_a_target_that_does_not_say_where_is_refused(bundle, tmp_path):
    message = (
        "pc: has package='kfpkg', but no fact 'network_flash_address'; give it one, or the target "
        "another package"
    )
    with pytest.raises(RefusedError, match=message):
        KFPKG.write(flashed(bundle, {}), tmp_path / "spot.kfpkg")
