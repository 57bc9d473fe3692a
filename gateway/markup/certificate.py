"""X.509 certificates of parties: reading one, and what we accept."""

import binascii
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.domain.errors import Refused
from gateway.domain.finding import Finding

RSA_BITS_MIN = 2048
KEYS_KEPT = 1024
_COORDINATE_BYTES = 32  # of r and of s, P-256


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate with its validity (aware UTC) and subject (RFC 4514)."""

    der: bytes
    subject: str
    valid_from: datetime
    valid_to: datetime


def read_certificate(raw: bytes) -> Certificate:
    """Read PEM or DER; only P-256 and RSA keys of at least 2048 bits are accepted.

    Raises:
        Refused: ``certificate.unreadable`` or ``certificate.weak-key``.
    """
    try:
        pem = raw.lstrip().startswith(b"-----BEGIN")
        found = x509.load_pem_x509_certificate(raw) if pem else x509.load_der_x509_certificate(raw)
        key = found.public_key()
    except ValueError as error:
        raise Refused(Finding(code="certificate.unreadable")) from error
    strong = (isinstance(key, rsa.RSAPublicKey) and key.key_size >= RSA_BITS_MIN) or (
        isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1"
    )
    if not strong:
        raise Refused(Finding(code="certificate.weak-key", value=type(key).__name__))
    return Certificate(
        der=found.public_bytes(Encoding.DER),
        subject=found.subject.rfc4514_string(),
        valid_from=found.not_valid_before_utc,
        valid_to=found.not_valid_after_utc,
    )


@lru_cache(KEYS_KEPT)
def _public_key(certificate: bytes) -> CertificatePublicKeyTypes:
    return x509.load_der_x509_certificate(certificate).public_key()


def holds(certificate: bytes, algorithm: str, value: str, content: bytes) -> bool:
    """Tell whether a signature value (base64) over ``content`` is by a certificate's key.

    ``algorithm`` is ``ecdsa-sha256`` on P-256, r and s side by side, or ``rsa-sha256``; a no may
    also mean that this cannot be told here.
    """
    key = _public_key(certificate)
    try:
        raw = b64decode("".join(value.split()), validate=True)
        if algorithm == "rsa-sha256" and isinstance(key, rsa.RSAPublicKey):
            key.verify(raw, content, padding.PKCS1v15(), SHA256())
            return True
        if algorithm == "ecdsa-sha256" and isinstance(key, ec.EllipticCurvePublicKey):
            return _on_p256(key, raw, content)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return False


def _on_p256(key: ec.EllipticCurvePublicKey, raw: bytes, content: bytes) -> bool:
    if key.curve.name != "secp256r1" or len(raw) != 2 * _COORDINATE_BYTES:
        return False
    r, s = (
        int.from_bytes(half, "big") for half in (raw[:_COORDINATE_BYTES], raw[_COORDINATE_BYTES:])
    )
    key.verify(encode_dss_signature(r, s), content, ec.ECDSA(SHA256()))
    return True
