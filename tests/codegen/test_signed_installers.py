"""install.sh checks signatures with OpenSSL: the key of --key, or of what is installed."""

import base64
import json
import shutil
import subprocess

import pytest
from installer_machine import APPS, make_machine

from zoo.digest import digest_path
from zoo.signature import SIGNATURE, SIGNER, PublicKey, SigningKey, make_key


def _openssl_is_here():
    if shutil.which("openssl") is None:
        return False
    words = subprocess.run(["openssl", "pkeyutl", "-help"], capture_output=True, check=False)
    return b"-rawin" in words.stderr + words.stdout


needs_openssl = pytest.mark.skipif(not _openssl_is_here(), reason="no openssl 3: apt install it")


@pytest.fixture(params=APPS)
def machine(request, tmp_path):
    return make_machine(tmp_path, request.param)


@pytest.fixture
def x86(tmp_path):
    return make_machine(tmp_path, "x86")


def key(machine, name="key"):
    make_key(machine.folder / name)
    return SigningKey.read(machine.folder / name)


def install(machine, bundle, *words):
    return machine.run("true", bundle / "install.sh", "p", *words)


def installed(machine):
    return sorted(path.read_text() for path in machine.folder.glob("p/**/app/app"))


@needs_openssl
def test_a_signed_bundle_is_checked_and_its_key_stays(machine):
    bundle = machine.bundle("one", key(machine))
    for words, named in (([], bundle / SIGNER), (["--key", "key.pub"], "key.pub")):
        finished = install(machine, bundle, *words)
        assert finished.returncode == 0, finished.stderr
        assert f"signature: by the key in {named}\n" in finished.stdout
        (kept,) = machine.folder.glob(f"p/**/{SIGNER}")
        assert kept.read_text() == (machine.folder / "key.pub").read_text()
        assert list(machine.folder.glob(f"p/**/{SIGNATURE}"))
        shutil.rmtree(machine.folder / "p")


@needs_openssl
def test_an_upgrade_needs_the_key_of_what_is_installed(x86):
    ours, theirs = key(x86), key(x86, "theirs")
    assert install(x86, x86.bundle("one", ours)).returncode == 0
    before = installed(x86)
    for version, signer, message in (
        ("unsigned", None, "this bundle is not signed"),
        ("theirs-2", theirs, "the bundle's manifest is not what the key in "),
    ):
        finished = install(x86, x86.bundle(version, signer))
        assert (finished.returncode, installed(x86)) == (1, before)
        assert finished.stderr.startswith(f"install.sh: {message}")
    for version, signer, words in (
        ("two", ours, []),
        ("three", theirs, ["--key", "theirs.pub"]),
        ("four", theirs, []),
    ):
        finished = install(x86, x86.bundle(version, signer), *words)
        assert finished.returncode == 0, finished.stderr
    bundle = x86.bundle("five", None)
    removed = f'sh "{bundle}/install.sh" p --uninstall && sh "{bundle}/install.sh" p'
    finished = x86.run(removed, x86.folder / "four" / "content" / "install.sh", "p")
    assert finished.returncode == 0, finished.stderr
    assert "signature: none, nothing shows who made this bundle\n" in finished.stdout


def tampered(bundle):
    """Yield a word for each change of an unpacked bundle, which is done and then undone."""
    saved = {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()}
    listed = json.loads((bundle / "manifest.json").read_text())["files"]
    for name in listed:
        if name not in ("install.sh", SIGNER):  # the former runs, the latter is not used
            (bundle / name).write_bytes(saved[bundle / name] + b"\n")
            yield name
            (bundle / name).unlink()
            yield name
            (bundle / name).write_bytes(saved[bundle / name])
    for name in ("lib/more.so", "app/ a name"):
        (bundle / name).touch()
        yield name
        (bundle / name).unlink()
    for name in ("manifest.json", SIGNATURE):
        (bundle / name).write_bytes(saved[bundle / name] + b"\n")
        yield "manifest"
        (bundle / name).write_bytes(saved[bundle / name])
    (bundle / "lib" / "link").symlink_to("/bin/sh")
    yield "lib/link"
    (bundle / "lib" / "link").unlink()
    (bundle / "lib" / "file").unlink()
    (bundle / "lib" / "file").symlink_to(bundle / "licences" / "code.txt")
    yield "lib/file"


@needs_openssl
def test_whatever_is_changed_is_refused(x86):
    bundle = x86.bundle("one", key(x86))
    tried = 0
    for word in tampered(bundle):
        finished = install(x86, bundle, "--key", "key.pub")
        assert finished.returncode == 1, word
        assert finished.stderr.startswith("install.sh: ")
        assert word in finished.stderr
        assert not (x86.folder / "p").exists()
        tried += 1
    assert tried > 20


@needs_openssl
def test_digests_made_right_again_are_not_enough(x86):
    bundle = x86.bundle("one", key(x86))
    (bundle / "app" / "app").write_text("#!/bin/sh\n")
    path = bundle / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["files"]["app/app"] = digest_path(bundle / "app" / "app")
    path.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
    finished = install(x86, bundle, "--key", "key.pub")
    assert (finished.returncode, finished.stderr) == (
        1,
        "install.sh: the bundle's manifest is not what the key in key.pub has signed: do not use "
        "it; if its maker has a new key, name that with --key\n",
    )


@needs_openssl
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.pub", None, "none.pub: no such file; name the public key of the bundle's maker"),
        ("empty.pub", "", "empty.pub: is no public key in PEM"),
        ("", None, "--key: name the file of a public key, as zoo keygen makes it"),
    ],
)
def test_a_wrong_key(x86, name, content, message):
    if content is not None:
        (x86.folder / name).write_text(content)
    finished = install(x86, x86.bundle("one", key(x86)), "--key", name)
    assert finished.returncode == 1
    assert finished.stderr.startswith(f"install.sh: {message}")


@pytest.mark.parametrize(
    "tool", ["", "#!/bin/sh\necho 'pkeyutl: Unknown option: -help' >&2\nexit 1\n"]
)
def test_a_board_without_openssl_3(x86, tool):
    """The first installation tells it; a key cannot be demanded, and none stays."""
    bundle = x86.bundle("one", key(x86))
    openssl = x86.folder / "bin" / "openssl"
    openssl.write_text(tool or "#!/bin/sh\nexit 127\n")
    openssl.chmod(0o755)
    finished = install(x86, bundle, "--key", "key.pub")
    assert (finished.returncode, finished.stderr) == (
        1,
        "install.sh: OpenSSL 3 checks signatures, and is not installed here; check the bundle "
        "elsewhere, with zoo verify --key\n",
    )
    finished = install(x86, bundle)
    assert finished.returncode == 0, finished.stderr
    assert "signature: not checked, OpenSSL 3 is not installed here\n" in finished.stdout
    assert not list(x86.folder.glob(f"p/**/{SIGNER}"))


@needs_openssl
def test_the_commands_in_the_readme(machine):
    """They name the changed file before anything of the bundle runs."""
    maker = key(machine)
    bundle = machine.bundle("one", maker)
    text = (bundle / "README.md").read_text().partition("Signed with the key")[2]
    assert maker.public.fingerprint in text
    lines = [line.strip() for line in text.splitlines() if line.startswith("    ")][:2]
    both = " && ".join(lines).replace("KEY.pub", str(machine.folder / "key.pub"))

    def checked():
        return subprocess.run(both, shell=True, cwd=bundle, check=False, capture_output=True)

    assert checked().returncode == 0
    (bundle / "app" / "app").write_text("")
    assert checked().returncode == 1
    assert b"app/app: FAILED\n" in checked().stdout
    (bundle / SIGNATURE).write_bytes(b"")
    assert b"app/app" not in checked().stdout


def test_an_unsigned_bundle_says_so_in_its_readme(machine):
    assert "This bundle is **not signed**" in (machine.bundle("one") / "README.md").read_text()


def hide_in_a_folder(bundle):
    """Add a file whose name, cut at its line break, is that of another added file."""
    (bundle / "app" / "x").write_text("")
    (bundle / "app" / "x\napp").mkdir()
    (bundle / "app" / "x\napp" / "more").write_text("")
    (bundle / "app" / "more").write_text("")


def link_the_self_test(bundle):
    (bundle / "selftest").rename(bundle.parent / "real")
    (bundle / "selftest").symlink_to("../real")


@needs_openssl
@pytest.mark.parametrize("change", [hide_in_a_folder, link_the_self_test])
def test_what_can_hide_from_lists_is_refused(x86, change):
    bundle = x86.bundle("one", key(x86))
    change(bundle)
    finished = install(x86, bundle, "--key", "key.pub")
    assert (finished.returncode, installed(x86)) == (1, [])
    assert finished.stderr.startswith("install.sh: only plain files and folders are signed")


@needs_openssl
def test_a_signature_that_was_taken_away_is_told(x86):
    bundle = x86.bundle("one", key(x86))
    (bundle / SIGNATURE).unlink()
    finished = install(x86, bundle)
    assert (finished.returncode, installed(x86)) == (1, [])
    assert "its signature was taken away" in finished.stderr


@needs_openssl
def test_only_the_public_key_is_kept(x86):
    bundle = x86.bundle("one", key(x86))
    public = (x86.folder / "key.pub").read_text()
    (x86.folder / "both").write_text(public + (x86.folder / "key").read_text())
    assert install(x86, bundle, "--key", "both").returncode == 0
    (kept,) = x86.folder.glob(f"p/**/{SIGNER}")
    assert kept.read_text() == public


SMALL_ORDER = [
    *(0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18),
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
]
"""What the y of weak points is, with both forms of those below 2**255 that have two."""


@needs_openssl
@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("y", SMALL_ORDER)
def test_a_weak_key_is_refused(x86, y, sign):
    raw = (y + (sign << 255)).to_bytes(32, "little")
    assert PublicKey(raw).is_weak
    words = base64.b64encode(bytes.fromhex("302a300506032b6570032100") + raw).decode()
    pem = f"-----BEGIN PUBLIC KEY-----\n{words}\n-----END PUBLIC KEY-----\n"
    (x86.folder / "weak.pub").write_text(pem)
    finished = install(x86, x86.bundle("one", key(x86)), "--key", "weak.pub")
    assert (finished.returncode, installed(x86)) == (1, [])
    assert finished.stderr.startswith("install.sh: weak.pub: its point has a small order")


@needs_openssl
def test_a_private_key_is_no_public_one(x86):
    finished = install(x86, x86.bundle("one", key(x86)), "--key", "key")
    assert (finished.returncode, installed(x86)) == (1, [])
    assert finished.stderr.startswith("install.sh: key: is no public key in PEM")
