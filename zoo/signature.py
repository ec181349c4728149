"""Signatures of bundles: Ed25519 (RFC 8032) over the manifest, which has the digest of every file.

Keys are PEM files (RFC 8410) and a signature is its 64 bytes, as OpenSSL 3 reads them:
`openssl pkeyutl -verify -pubin -inkey KEY.pub -rawin -in manifest.json -sigfile manifest.json.sig`.
"""

import os
import stat
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import KeyFileError, NotWrittenError, SignatureError

if TYPE_CHECKING:
    from zoo.ed25519 import Ed25519PrivateKey

__all__ = ["SIGNATURE", "SIGNER", "PublicKey", "SigningKey", "make_key", "signer_of"]

SIGNER, SIGNATURE = "signer.pub", "manifest.json.sig"
"""Files in a signed bundle: the public key, which the manifest lists, and the signature."""

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
"""Of the curve edwards25519."""
_BYTES_MAX = 64 << 10
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_PRIVATE_MODE = 0o600
_MADE_BY = "`zoo keygen` makes keys"


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 public key. raw: its 32 bytes."""

    raw: bytes

    @property
    def pem(self) -> bytes:
        """Return it as a SubjectPublicKeyInfo in PEM."""
        from zoo.ed25519 import public_pem

        return public_pem(self.raw)

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of its DER form, as 'SHA256:' and 64 hexadecimal digits."""
        from zoo.ed25519 import public_der

        return f"SHA256:{sha256(public_der(self.raw)).hexdigest()}"

    @property
    def is_weak(self) -> bool:
        """Whether its point has a small order, so that anybody can sign for it (RFC 8032, 5.1).

        The points of order 1, 2 and 4 have y = 1, -1 and 0. Twice a point of order 8 has y = 0,
        which is x**2 = -y**2: with the curve's equation, d * y**4 + 2 * y**2 = 1.
        """
        y = int.from_bytes(self.raw, "little") & ((1 << 255) - 1)
        return y * (y**2 - 1) * (_D * y**4 + 2 * y**2 - 1) % _P == 0

    def has_signed(self, content: bytes, signature: bytes) -> bool:
        """Return whether a signature of content is of this key."""
        from zoo.ed25519 import has_signed

        return has_signed(self.raw, content, signature)

    @classmethod
    def read(cls, file: Path) -> "PublicKey":
        """Read a user's file; raises UsageError if it is not an Ed25519 public key in PEM."""
        content = _read(file)
        if b"PRIVATE KEY-----" in content:
            raise KeyFileError(f"{file}: is a private key; give the public one, {file.name}.pub")
        try:
            return cls.from_pem(content)
        except ValueError as error:
            why = error if "small order" in str(error) else _begin(content)
            raise KeyFileError(
                f"{file}: is not an Ed25519 public key in PEM ({why}); {_MADE_BY}"
            ) from error

    @classmethod
    def from_pem(cls, content: bytes) -> "PublicKey":
        """Parse `pem`'s form; raises ValueError, also for a weak key."""
        from zoo.ed25519 import parse_public

        public = cls(parse_public(content))
        if public.is_weak:
            raise ValueError("its point has a small order, so anybody can sign for it")
        return public


@dataclass(frozen=True)
class SigningKey:
    """A private key's file, which is read for each signature, and its public key."""

    file: Path
    public: PublicKey

    @classmethod
    def read(cls, file: Path) -> "SigningKey":
        """Check a user's file.

        Raises UsageError if it is not an unencrypted Ed25519 private key in PEM (PKCS#8), or if
        others than its owner may use it.
        """
        return cls(file, PublicKey(_private(file).public_key().public_bytes_raw()))

    def sign(self, content: bytes) -> bytes:
        """Return the 64 bytes of the signature; the same content always has the same."""
        return _private(self.file).sign(content)


def make_key(file: Path) -> PublicKey:
    """Write a new private key, for its owner only, and beside it FILE.pub; return that one.

    Raises UsageError if one of them is there already.
    """
    public_file = file.with_name(f"{file.name}.pub")
    for path in (file, public_file):
        if path.exists() or path.is_symlink():
            raise NotWrittenError(f"{path}: is there already; name another file for the new key")
    from zoo.ed25519 import Ed25519PrivateKey, private_pem

    key = Ed25519PrivateKey.generate()
    public = PublicKey(key.public_key().public_bytes_raw())
    file.parent.mkdir(parents=True, exist_ok=True)
    _write_private(file, private_pem(key))
    try:
        public_file.write_bytes(public.pem)
    except OSError:
        file.unlink()
        raise
    return public


def signer_of(
    folder: Path, manifest: bytes, where: str, key: PublicKey | None = None
) -> PublicKey | None:
    """Return the key that signed an unpacked bundle's manifest, None if it is not signed.

    key: the one that must have signed it.  Raises BundleError.
    """
    missing = [name for name in (SIGNER, SIGNATURE) if not (folder / name).is_file()]
    if len(missing) == 2:
        if key is None:
            return None
        raise SignatureError(
            f"{where}: is not signed, {key.fingerprint} is wanted; build it with `zoo build --sign`"
        )
    if missing:
        raise SignatureError(f"{where}: is signed, but {missing[0]!r} is missing; do not use it")
    try:
        signer = PublicKey.from_pem(_bounded(folder / SIGNER))
    except ValueError as error:
        raise SignatureError(
            f"{where}: {SIGNER!r} is not an Ed25519 public key; do not use this bundle"
        ) from error
    if key not in (None, signer):
        raise SignatureError(
            f"{where}: is signed with another key, {signer.fingerprint}, not with "
            f"{key.fingerprint}; do not use this bundle, unless its maker has a new key"
        )
    if not signer.has_signed(manifest, _bounded(folder / SIGNATURE)):
        raise SignatureError(
            f"{where}: its manifest is not what {signer.fingerprint} signed; do not use this bundle"
        )
    return signer


def _private(file: Path) -> "Ed25519PrivateKey":
    from zoo.ed25519 import parse_private

    content = _read(file)
    if b"BEGIN PUBLIC KEY" in content:
        raise KeyFileError(f"{file}: is a public key; sign with the private one beside it")
    if b"BEGIN ENCRYPTED PRIVATE KEY" in content or b"Proc-Type: 4,ENCRYPTED" in content:
        raise KeyFileError(
            f"{file}: is encrypted; decrypt it where only you can read it: "
            f"(umask 077; openssl pkey -in {file.name} -out PLAIN), and sign with that"
        )
    if file.stat().st_mode & _OTHERS:
        raise KeyFileError(f"{file}: others than its owner may use it; chmod 600 {file}")
    try:
        return parse_private(content)
    except ValueError as error:
        found = str(error) or _begin(content)
    raise KeyFileError(f"{file}: is not an Ed25519 private key in PEM ({found}); {_MADE_BY}")


def _write_private(file: Path, content: bytes) -> None:
    """Write a file that never is another user's, not even while it is empty."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_MODE)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
    except OSError:
        file.unlink()
        raise


def _read(file: Path) -> bytes:
    """Return a key's file as the user named it; raises UsageError."""
    try:
        return _bounded(file)
    except OSError as error:
        raise KeyFileError(f"{file}: cannot be read ({error.strerror}); {_MADE_BY}") from error


def _bounded(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(_BYTES_MAX)


def _begin(content: bytes) -> str:
    """Return how a file begins, if that says what it is and is no secret."""
    first = content.split(b"\n", 1)[0].strip()
    if first.startswith(b"-----BEGIN ") and first.endswith(b"-----"):
        return f"it begins with {first.decode('ascii', 'replace')}"
    if first.startswith((b"ssh-", b"ecdsa-")):
        return "it is a key of OpenSSH"
    if first.startswith(b"untrusted comment:"):
        return "it is a key of minisign or signify"
    return "it does not begin with -----BEGIN"
