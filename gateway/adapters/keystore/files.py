"""Reading key files; what is wrong with one is a finding, never a traceback."""

import os
import stat
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from gateway.adapters.keystore.signer import FileSigner, PartyKey
from gateway.domain.errors import Misconfigured
from gateway.domain.finding import Finding
from gateway.markup.certificate import RSA_BITS_MIN

FILE_BYTES_MAX = 64 * 1024
SEAL_PREFIX = "seal-"
KEY_SUFFIX, CERTIFICATE_SUFFIX = ".key.pem", ".cert.pem"


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal key; its id is taken from the public half, so it means the same everywhere."""

    id: str
    public: bytes
    private: Ed25519PrivateKey = field(repr=False)


class WrongFile(Exception):
    """One file cannot be used; ``finding`` says why and names the file."""

    def __init__(self, code: str, path: Path, **words: str) -> None:
        super().__init__(code)
        self.finding = Finding(code=code, value=path.name, args=tuple(words.items()))


def read_bytes(path: Path, *, private: bool) -> bytes:
    """Read a file; a private one must be its owner's alone."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if private and stat.S_IMODE(mode) & 0o077:
                raise WrongFile("key.open-to-others", path, mode=f"{stat.S_IMODE(mode):o}")
            return file.read(FILE_BYTES_MAX)
    except OSError as error:
        raise WrongFile("key.unreadable", path, reason=error.strerror or "") from error


def _read_private(path: Path) -> PrivateKeyTypes:
    return private_of(read_bytes(path, private=True), path)


def private_of(pem: bytes, path: Path, password: bytes | None = None) -> PrivateKeyTypes:
    """Read a PEM private key; ``path`` is what findings name."""
    try:
        return load_pem_private_key(pem, password)
    except TypeError as error:
        raise WrongFile("key.password", path) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise WrongFile("key.unreadable", path, reason="no PEM private key") from error


def read_seal(path: Path) -> Seal:
    """Read one seal key."""
    private = _read_private(path)
    if not isinstance(private, Ed25519PrivateKey):
        raise WrongFile("key.wrong-kind", path, wanted="Ed25519")
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Seal(f"seal-{sha256(public).hexdigest()[:12]}", public, private)


def read_signer(path: Path) -> FileSigner:
    """Read a party's key and the certificate beside it."""
    name = path.name.removesuffix(KEY_SUFFIX)
    private = party_key(_read_private(path), path)
    beside = path.with_name(name + CERTIFICATE_SUFFIX)
    return signer_of(name, private, certificate_of(read_bytes(beside, private=False), beside), path)


def party_key(private: PrivateKeyTypes, path: Path) -> PartyKey:
    """Accept the kinds of key that customs systems accept."""
    if isinstance(private, ec.EllipticCurvePrivateKey) and isinstance(private.curve, ec.SECP256R1):
        return private
    if isinstance(private, rsa.RSAPrivateKey) and private.key_size >= RSA_BITS_MIN:
        return private
    raise WrongFile("key.wrong-kind", path, wanted=f"EC P-256 / RSA {RSA_BITS_MIN}+")


def certificate_of(pem: bytes, path: Path) -> x509.Certificate:
    """Read a PEM certificate."""
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise WrongFile("key.unreadable", path, reason="no PEM certificate") from error


def signer_of(name: str, private: PartyKey, found: x509.Certificate, path: Path) -> FileSigner:
    """Join a key and its certificate, if they belong together."""
    if found.public_key() != private.public_key():
        raise WrongFile("key.certificate-mismatch", path)
    return FileSigner(
        key=name,
        certificate=found.public_bytes(Encoding.DER),
        valid_from=found.not_valid_before_utc,
        valid_to=found.not_valid_after_utc,
        _private=private,
        _loaded=found,
    )


def signer_from_pem(key_pem: bytes, certificate_pem: bytes, name: str) -> FileSigner:
    """Return a signer of a key that lies in no folder of ours.

    Raises:
        Misconfigured: the two are unreadable, of a kind we do not use, or do not belong together.
    """
    path = Path(name)
    try:
        private = party_key(private_of(key_pem, path), path)
        return signer_of(name, private, certificate_of(certificate_pem, path), path)
    except WrongFile as wrong:
        raise Misconfigured(wrong.finding) from wrong
