"""Keys and signatures: OpenSSL agrees, and every wrong file is told as what it is."""

import json
import os
import shutil
import stat
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st
from tiny_bundle import write_bundle

from zoo.bundle.bundle import check, unpack
from zoo.errors import BundleError, UsageError
from zoo.signature import SIGNATURE, SIGNER, PublicKey, SigningKey, make_key

ARCHIVE = "bundle/toy.board.ptq.tar.gz"
PEM, PKCS8, PLAIN = Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
RSA = rsa.generate_private_key(65537, 2048)


@pytest.fixture
def key(tmp_path):
    make_key(tmp_path / "key")
    return SigningKey.read(tmp_path / "key")


@pytest.fixture
def folder(key, tmp_path):
    """The content of a signed bundle, whose archive is at ARCHIVE."""
    write_bundle(tmp_path / "bundle", key=key)
    return tmp_path / "bundle" / "content"


def private(tmp_path, content):
    (tmp_path / "other").write_bytes(content)
    (tmp_path / "other").chmod(0o600)
    return tmp_path / "other"


def test_a_new_private_key_is_only_its_owners(tmp_path):
    before = os.umask(0)
    try:
        make_key(tmp_path / "keys" / "key")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keys" / "key").stat().st_mode) == 0o600
    public = PublicKey.read(tmp_path / "keys" / "key.pub")
    assert SigningKey.read(tmp_path / "keys" / "key").public == public


@pytest.mark.parametrize("there", ["key", "key.pub"])
def test_no_key_is_overwritten(tmp_path, there):
    (tmp_path / there).symlink_to("nowhere")
    with pytest.raises(UsageError, match=rf"{there}: is there already; name another file"):
        make_key(tmp_path / "key")
    assert [path.name for path in tmp_path.iterdir()] == [there]


def test_openssl_reads_the_keys_and_checks_the_signature(key, folder):
    if shutil.which("openssl") is None:
        pytest.skip("no openssl: apt install openssl")
    words = ("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", f"{key.file}.pub", "-rawin")
    files = ("-in", folder / "manifest.json", "-sigfile", folder / SIGNATURE)
    found = subprocess.run([*words, *files], check=False, capture_output=True)
    assert found.stdout == b"Signature Verified Successfully\n", found.stderr
    der = subprocess.check_output(
        ["openssl", "pkey", "-in", key.file, "-pubout", "-outform", "DER"]
    )
    digest = subprocess.check_output(["openssl", "sha256", "-r"], input=der, encoding=None)
    assert key.public.fingerprint == f"SHA256:{digest.split()[0].decode()}"


@pytest.mark.parametrize("form", ["archive", "folder"])
def test_a_bundle_and_what_was_unpacked_from_it_are_signed(form, key, folder, tmp_path):
    if form == "archive":
        assert unpack(tmp_path / ARCHIVE, tmp_path / "out", key.public).signer == key.public
    else:
        assert check(folder, "x", key.public).signer == key.public
        (folder / "more").write_text("")
        with pytest.raises(BundleError, match=r"'more' is not in the manifest"):
            check(folder, "x", key.public)


@pytest.mark.usefixtures("folder")
def test_show_names_the_signer(key, zoo, tmp_path):
    assert (
        json.loads(zoo("show", tmp_path / ARCHIVE, "--json").output)["signer"]
        == key.public.fingerprint
    )
    unsigned = write_bundle(tmp_path / "unsigned")
    assert json.loads(zoo("show", unsigned, "--json").output)["signer"] == ""


@pytest.mark.parametrize("name", [SIGNER, SIGNATURE])
def test_half_a_signature_is_refused_without_a_key(folder, name):
    (folder / name).unlink()
    with pytest.raises(BundleError, match=f"x: is signed, but '{name}' is missing; do not use"):
        check(folder, "x")


@pytest.mark.parametrize("content", [b"", b"\0" * 64, b"x" * 100_000])
def test_a_wrong_signature_is_refused_without_a_key(folder, content):
    (folder / SIGNATURE).write_bytes(content)
    with pytest.raises(BundleError, match=r"x: its manifest is not what SHA256:\w+ signed; do not"):
        check(folder, "x")


def test_a_link_in_a_folder_is_refused(folder):
    (folder / "more").symlink_to("/etc")
    with pytest.raises(BundleError, match=r"x: 'more' is a link, which no bundle has; do not use"):
        check(folder, "x")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not an Ed25519 private key in PEM (it does not begin with -----BEGIN)"),
        (b"secret words", "PEM (it does not begin with -----BEGIN); `zoo keygen` makes keys"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "BEGIN PRIVATE KEY"),
        (
            RSA.private_bytes(PEM, PKCS8, PLAIN),
            "is not an Ed25519 private key in PEM (RSAPrivateKey); `zoo keygen` makes keys",
        ),
        (
            RSA.private_bytes(PEM, PKCS8, BestAvailableEncryption(b"word")),
            "is encrypted; decrypt it where only you can read it: (umask 077; openssl pkey",
        ),
        (
            RSA.private_bytes(PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"w")),
            "is encrypted; decrypt it where",
        ),
        (
            ed25519.Ed25519PrivateKey.generate().private_bytes(PEM, PrivateFormat.OpenSSH, PLAIN),
            "(it begins with -----BEGIN OPENSSH PRIVATE KEY-----)",
        ),
        (
            RSA.public_key().public_bytes(PEM, PublicFormat.SubjectPublicKeyInfo),
            "is a public key; sign with the private one beside it",
        ),
    ],
)
def test_a_wrong_private_key_is_told_and_not_shown(tmp_path, content, message):
    with pytest.raises(UsageError) as error:
        SigningKey.read(private(tmp_path, content))
    assert str(error.value).startswith(f"{tmp_path}/other: ")
    assert message in str(error.value)
    secrets = content.split(b"\n")[1:2] if content.startswith(b"-----BEGIN") else [content]
    assert not [secret for secret in secrets if secret and secret.decode() in str(error.value)]


def test_a_private_key_that_others_can_read_is_refused(key):
    key.file.chmod(0o640)
    with pytest.raises(
        UsageError, match=r"key: others than its owner may use it; chmod 600 .*/key"
    ):
        SigningKey.read(key.file)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"ssh-ed25519 AAAA me\n", "(it is a key of OpenSSH); `zoo keygen` makes keys"),
        (b"untrusted comment: minisign public key\nRW\n", "(it is a key of minisign or signify)"),
        (
            RSA.public_key().public_bytes(PEM, PublicFormat.SubjectPublicKeyInfo),
            "is not an Ed25519 public key in PEM",
        ),
        (RSA.private_bytes(PEM, PKCS8, PLAIN), "is a private key; give the public one"),
        (b"\xff" * 9, "it does not begin with -----BEGIN"),
    ],
)
def test_a_wrong_public_key_is_told(tmp_path, content, message):
    with pytest.raises(UsageError) as error:
        PublicKey.read(private(tmp_path, content))
    assert message in str(error.value)


def test_keygen(zoo, tmp_path):
    made = zoo("keygen", tmp_path / "key")
    public = PublicKey.read(tmp_path / "key.pub")
    assert made.output.splitlines()[-1] == public.fingerprint
    assert (tmp_path / "key").read_text().splitlines()[1] not in made.output
    again = zoo("keygen", tmp_path / "key")
    assert isinstance(again.exception, UsageError)
    assert PublicKey.read(tmp_path / "key.pub") == public
    assert json.loads(zoo("keygen", tmp_path / "other", "--json").output) == {
        "private": f"{tmp_path}/other",
        "public": f"{tmp_path}/other.pub",
        "fingerprint": PublicKey.read(tmp_path / "other.pub").fingerprint,
    }


def weak_points():
    """Every encoding of the eight points of small order, those beyond the prime too."""
    p = 2**255 - 19
    d = -121665 * pow(121666, -1, p) % p
    root = pow(d + 1, (p + 3) // 8, p)
    roots = [r for r in (root, root * pow(2, (p - 1) // 4, p) % p) if r * r % p == (d + 1) % p]
    squares = [(sign * r - 1) * pow(d, -1, p) % p for r in roots for sign in (1, -1)]
    eighths = []
    for square in squares:
        y = pow(square, (p + 3) // 8, p)
        for candidate in (y, y * pow(2, (p - 1) // 4, p) % p):
            if candidate * candidate % p == square:
                eighths += [candidate, p - candidate]
    encoded = [y for y in (0, 1, p - 1, p, p + 1, *eighths) if y < 2**255]
    return [(y | sign << 255).to_bytes(32, "little") for y in encoded for sign in (0, 1)]


def test_points_of_small_order_are_weak():
    points = weak_points()
    assert len(points) >= 14
    assert all(PublicKey(point).is_weak for point in points)
    assert (
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05") in points
    )


@given(st.binary(min_size=32, max_size=32))
def test_other_keys_are_not_weak(seed):
    key = ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key()
    assert not PublicKey(key.public_bytes_raw()).is_weak


def test_a_weak_key_is_refused_as_a_file_and_in_a_bundle(tmp_path, folder):
    weak = PublicKey(bytes([1, *bytes(31)]))  # with which all zeros sign everything
    (tmp_path / "weak.pub").write_bytes(weak.pem)
    with pytest.raises(UsageError, match="its point has a small order, so anybody can sign for it"):
        PublicKey.read(tmp_path / "weak.pub")
    (folder / SIGNER).write_bytes(weak.pem)
    with pytest.raises(BundleError, match=r"'signer\.pub' is not an Ed25519 public key"):
        check(folder, "toy")
