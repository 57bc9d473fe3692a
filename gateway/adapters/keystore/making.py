"""Making and importing keys. A file appears whole under its name, or not at all."""

import os
import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from gateway.adapters.keystore.files import (
    CERTIFICATE_SUFFIX,
    KEY_SUFFIX,
    SEAL_PREFIX,
    WrongFile,
    certificate_of,
    party_key,
    private_of,
    read_seal,
    signer_of,
)
from gateway.adapters.keystore.signer import PartyKey
from gateway.domain.errors import InConflict, Misconfigured
from gateway.domain.finding import Finding

RSA_BITS_NEW = 3072
RSA_EXPONENT = 65537
COMMON_NAME_MAX = 64  # ub-common-name, RFC 5280 appendix A
DAYS_MAX = 3660

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


class KeyKind(StrEnum):
    """What kind of party key to make."""

    EC = "ec"  # P-256
    RSA = "rsa"


def create_seal_key(folder: Path) -> str:
    """Make the next seal key, which seals from now on; return its id."""
    _made(folder)
    numbers = [
        int(found[1])
        for path in folder.glob(f"{SEAL_PREFIX}*.pem")
        if (found := re.fullmatch(SEAL_PREFIX + r"([0-9]{4,})\.pem", path.name))
    ]
    path = folder / f"{SEAL_PREFIX}{max(numbers, default=0) + 1:04d}.pem"
    _write(path, _pem(Ed25519PrivateKey.generate()))
    return read_seal(path).id


def create_party_key(
    folder: Path,
    name: str,
    *,
    common_name: str,
    days: int,
    at: datetime,
    kind: KeyKind = KeyKind.EC,
) -> bytes:
    """Make a key and a self-signed signing certificate, valid for ``days`` from ``at``.

    Returns:
        The certificate, DER.

    Raises:
        InConflict: the name is taken.
        Misconfigured: the name, the common name or the days cannot be used.
    """
    _usable(folder, name)
    if not 1 <= len(common_name) <= COMMON_NAME_MAX or not 1 <= days <= DAYS_MAX:
        raise Misconfigured(
            Finding(
                code="key.unusable-subject",
                value=common_name,
                args=(("days", str(days)), ("days_max", str(DAYS_MAX))),
            )
        )
    private: PartyKey
    match kind:
        case KeyKind.EC:
            private = ec.generate_private_key(ec.SECP256R1())
        case KeyKind.RSA:
            private = rsa.generate_private_key(RSA_EXPONENT, RSA_BITS_NEW)
    return _kept(folder, name, private, _self_signed(private, common_name, days, at))


def import_party_key(
    folder: Path,
    name: str,
    key_pem: bytes,
    certificate_pem: bytes,
    *,
    password: bytes | None = None,
) -> bytes:
    """Take over an existing key with its certificate; it is stored without its password.

    Returns:
        The certificate, DER.

    Raises:
        InConflict: the name is taken.
        Misconfigured: the two are unreadable, of a wrong kind, or do not belong together.
    """
    _usable(folder, name)
    path = folder / f"{name}{KEY_SUFFIX}"
    try:
        private = party_key(private_of(key_pem, path, password), path)
        certificate = certificate_of(certificate_pem, folder / f"{name}{CERTIFICATE_SUFFIX}")
        signer_of(name, private, certificate, path)
    except WrongFile as wrong:
        raise Misconfigured(wrong.finding) from wrong
    return _kept(folder, name, private, certificate)


def _self_signed(private: PartyKey, common_name: str, days: int, at: datetime) -> x509.Certificate:
    """Return a certificate whose key may sign and commit (RFC 5280, section 4.2.1.3)."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    since = at.astimezone(UTC).replace(microsecond=0)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,  # what RFC 5280 calls nonRepudiation now
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    public = private.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(private, SHA256())
    )


def _usable(folder: Path, name: str) -> None:
    if not _NAME.fullmatch(name) or name.startswith(SEAL_PREFIX):
        raise Misconfigured(Finding(code="key.unusable-name", value=name))
    if (folder / f"{name}{KEY_SUFFIX}").exists():
        raise InConflict(Finding(code="key.exists", value=name))


def _kept(folder: Path, name: str, private: PartyKey, certificate: x509.Certificate) -> bytes:
    _made(folder)
    # the key comes last: with it the pair is complete
    beside = folder / f"{name}{CERTIFICATE_SUFFIX}"
    beside.unlink(missing_ok=True)  # left over from a pair that was never completed
    _write(beside, certificate.public_bytes(Encoding.PEM))
    _write(folder / f"{name}{KEY_SUFFIX}", _pem(private))
    return certificate.public_bytes(Encoding.DER)


def _pem(private: PrivateKeyTypes) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _made(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _write(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, durably, under a name nobody has.

    Raises:
        InConflict: somebody was faster with that name.
        Misconfigured: the folder cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        finally:
            draft.unlink()
    except FileExistsError as error:
        raise InConflict(Finding(code="key.exists", value=path.name)) from error
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> Misconfigured:
    reason = error.strerror or ""
    return Misconfigured(
        Finding(code="key.unwritable", value=path.name, args=(("reason", reason),))
    )
