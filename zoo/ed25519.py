"""Ed25519 keys (RFC 8032) as PEM (RFC 8410), by the package cryptography.

Imported where keys are used: the package takes longer to load than most of the zoo.
"""

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

__all__ = [
    "Ed25519PrivateKey",
    "has_signed",
    "parse_private",
    "parse_public",
    "private_pem",
    "public_der",
    "public_pem",
]

_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)


def public_pem(raw: bytes) -> bytes:
    """Return a public key as a SubjectPublicKeyInfo in PEM. raw: its 32 bytes."""
    return _public(raw).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def public_der(raw: bytes) -> bytes:
    """Return a public key as a SubjectPublicKeyInfo in DER. raw: its 32 bytes."""
    return _public(raw).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def parse_public(pem: bytes) -> bytes:
    """Return the 32 bytes of a public key; raises ValueError for anything else."""
    try:
        key = load_pem_public_key(pem)
    except _UNREADABLE as error:
        raise ValueError(str(error)) from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"{type(key).__name__} instead of Ed25519PublicKey")
    return key.public_bytes_raw()


def has_signed(raw: bytes, content: bytes, signature: bytes) -> bool:
    """Return whether a signature of content is of this public key. raw: its 32 bytes."""
    try:
        _public(raw).verify(signature, content)
    except InvalidSignature:
        return False
    return True


def parse_private(pem: bytes) -> Ed25519PrivateKey:
    """Return a private key; raises ValueError with what was found, '' if that is no key."""
    try:
        key = load_pem_private_key(pem, password=None)
    except _UNREADABLE as error:
        raise ValueError("") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(type(key).__name__)
    return key


def private_pem(key: Ed25519PrivateKey) -> bytes:
    """Return a private key in PEM (PKCS#8), not encrypted."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _public(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)
