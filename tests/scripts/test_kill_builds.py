"""A few of the trials of scripts/kill_builds.py; docs/reliability.md has the figures of more."""

import subprocess

import kill_builds
import matrix_boards
import pytest


@pytest.fixture(scope="module")
def setting(tmp_path_factory):
    """A small build, which takes a few seconds."""
    folder = tmp_path_factory.mktemp("kills")
    matrix_boards.write_networks(folder, ("one",))
    words = (str(folder / "one.onnx"), "--contract", str(folder / "net.toml"))
    return kill_builds.prepare((*words, "--target", "android", "--quant", "none"), folder, seed=0)


def test_killed_builds_and_two_at_once_leave_nothing_broken(setting):
    for scenario in ("forced", "two"):
        assert kill_builds.run(scenario, setting, trials=2)[1] == []


def test_a_full_disk_is_told_and_the_next_build_succeeds(setting):
    if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("unshare cannot mount here: user namespaces are off")
    assert kill_builds.run("disk", setting, trials=2)[1] == []


def test_what_is_broken_is_told(setting):
    bundle = setting.bundle
    bundle.parent.mkdir(parents=True)
    bundle.write_bytes(setting.content[:-1])
    assert kill_builds.fault(setting) == "the bundle is not whole"
